// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.grpc.session.HeadlessSession;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.WireTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jtsh headless ls}: the user's own live sessions, on whatever machines. */
@Command(name = "ls", description = "List your live headless sessions.")
final class HeadlessLsCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "text|json|yaml",
      description = "Form of the output.")
  private DocumentFormat format = DocumentFormat.text;

  HeadlessLsCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    return new ApproverCalls(outside, cluster)
        .run((auth, approval) -> {
          List<HeadlessSession> sessions = auth.listSessions();
          if (format == DocumentFormat.text) {
            sessions.forEach(this::show);
          } else {
            outside
                .console()
                .document(format.write(sessions.stream().map(HeadlessLsCommand::row).toList()));
          }
          return ExitCode.OK.status();
        });
  }

  private void show(HeadlessSession session) {
    outside
        .console()
        .data(
            SafeText.format(
                "{}  approved {}  ends {}  host {}  user {}  from {}",
                SafeText.of(session.getId()),
                SafeText.of(seconds(WireTime.instant(session.getApprovedAt()))),
                SafeText.of(seconds(WireTime.instant(session.getExpires()))),
                SafeText.ofHostName(session.getHost()),
                SafeText.of(session.getOsUser()),
                SafeText.of(session.getAddress())));
    for (String name : session.getKubeClustersList()) {
      outside.console().data(SafeText.format("    {}", SafeText.of(name)));
    }
  }

  private static String seconds(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static Map<String, Object> row(HeadlessSession session) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", session.getId());
    row.put("host", session.getHost());
    row.put("os_user", session.getOsUser());
    row.put("address", session.getAddress());
    row.put("kube_clusters", List.copyOf(session.getKubeClustersList()));
    row.put("namespace", session.getNamespace());
    row.put("approved_at", WireTime.instant(session.getApprovedAt()).toString());
    row.put("expires", WireTime.instant(session.getExpires()).toString());
    return row;
  }
}
