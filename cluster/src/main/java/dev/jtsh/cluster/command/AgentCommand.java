// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.cluster.agent.AgentConfig;
import dev.jtsh.cluster.config.HostPort;
import dev.jtsh.cluster.config.KubeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jtsh-cluster agent}. */
@Command(name = "agent", description = "Serve Kubernetes clusters from this host.")
final class AgentCommand extends CommandGroup {

  /** {@code jtsh-cluster agent start}. */
  @Command(
      name = "start",
      description = "Run a kube agent until SIGTERM or SIGINT; it opens no port.")
  static final class Start implements Callable<Integer> {
    private final Outside outside;
    private final AgentStarter starter;

    @Option(names = "--config", paramLabel = "FILE", description = "YAML configuration file.")
    private @Nullable Path config;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "The agent's identity.")
    private @Nullable Path dataDirectory;

    @Option(names = "--proxy", paramLabel = "HOST:PORT", description = "The cluster's port.")
    private @Nullable HostPort proxy;

    @Option(
        names = "--token-file",
        paramLabel = "FILE",
        description = "Join token for the first start; - for standard input.")
    private @Nullable Path tokenFile;

    @Option(
        names = "--ca-file",
        paramLabel = "FILE",
        description = "Whom to believe to be the web port when joining.")
    private @Nullable Path caFile;

    @Option(
        names = "--kubeconfig",
        paramLabel = "NAME=FILE",
        description = "Serve this Kubernetes cluster under that name; may be repeated.")
    private List<KubeSource> kubernetes = new ArrayList<>();

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Show this help.")
    private boolean unusedHelp; // picocli sets it and acts on it.

    Start(Outside outside, AgentStarter starter) {
      this.outside = outside;
      this.starter = starter;
    }

    @Override
    public Integer call() throws IOException {
      AgentConfig settings =
          AgentConfig.read(
              Optional.ofNullable(config),
              new AgentConfig.Overrides(
                  Optional.ofNullable(dataDirectory),
                  Optional.ofNullable(proxy),
                  Optional.ofNullable(tokenFile),
                  Optional.ofNullable(caFile),
                  kubernetes));
      try (AgentStarter.Running agent = starter.start(settings, outside)) {
        if (agent.isReady()) {
          outside
              .out()
              .printf(
                  "jtsh-cluster agent is ready: host %s serves %s in cluster %s by %s%n",
                  agent.host().hostId(),
                  String.join(", ", agent.host().kubeClusters()),
                  agent.host().cluster(),
                  settings.proxy());
          outside.out().flush();
        } else {
          outside.err().printf("%s is not there yet; the agent keeps trying.%n", settings.proxy());
          outside.err().flush();
        }
        ServiceNotice notice = new ServiceNotice(outside.environment());
        notice.ready();
        outside.stop().toCompletableFuture().join();
        notice.stopping();
        outside.err().println("jtsh-cluster agent stops.");
        outside.err().flush();
      }
      return ExitCode.OK.status();
    }
  }
}
