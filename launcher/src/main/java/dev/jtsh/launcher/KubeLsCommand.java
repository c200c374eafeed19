// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.KubeCluster;
import dev.jtsh.protocol.text.SafeText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jtsh kube ls}: the Kubernetes clusters that the login of this machine may use. */
@Command(name = "ls", description = "List the Kubernetes clusters you may use.")
final class KubeLsCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;
  private final FailureReport failures;

  @Option(
      names = "--labels",
      paramLabel = "KEY=VALUE",
      split = ",",
      description = "Those with these labels.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(names = "--query", paramLabel = "EXPRESSION", description = "Those that fit a predicate.")
  private String query = "";

  @Mixin private final ListOutput output = new ListOutput();

  KubeLsCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
    this.failures = new FailureReport(outside.console());
  }

  @Override
  public Integer call() {
    HeldKubeSession session =
        new HeldKubeSession(outside, new ClusterCalls(outside).settings(cluster));
    try {
      output.write(
          outside.console(),
          session.list(labels, query),
          one -> List.of(line(one)),
          KubeLsCommand::row);
      return ExitCode.OK.status();
    } catch (NotLoggedInException e) {
      return session.notLoggedIn(e).status();
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }

  private static SafeText line(KubeCluster cluster) {
    String labels =
        new TreeMap<>(cluster.labels())
            .entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(","));
    return SafeText.format("{}  {}", SafeText.of(cluster.name().value()), SafeText.of(labels));
  }

  private static Map<String, Object> row(KubeCluster cluster) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("kube_cluster_name", cluster.name().value());
    row.put("labels", cluster.labels());
    return row;
  }
}
