// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.grpc.session.HeadlessSession;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.WireTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jtsh headless ls}: the user's own live sessions, on whatever machines. */
@Command(name = "ls", description = "List your live headless sessions.")
final class HeadlessLsCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;

  @Mixin private final ListOutput output = new ListOutput();

  HeadlessLsCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    return new ApproverCalls(outside, cluster)
        .run((auth, approval) -> {
          output.write(
              outside.console(),
              auth.listSessions(),
              HeadlessLsCommand::lines,
              HeadlessLsCommand::row);
          return ExitCode.OK.status();
        });
  }

  private static List<SafeText> lines(HeadlessSession session) {
    List<SafeText> lines = new ArrayList<>();
    lines.add(
        SafeText.format(
            "{}  approved {}  ends {}  host {}  user {}  from {}",
            SafeText.of(session.getId()),
            SafeText.of(seconds(WireTime.instant(session.getApprovedAt()))),
            SafeText.of(seconds(WireTime.instant(session.getExpires()))),
            SafeText.ofHostName(session.getHost()),
            SafeText.of(session.getOsUser()),
            SafeText.of(session.getAddress())));
    for (String name : session.getKubeClustersList()) {
      lines.add(SafeText.format("    {}", SafeText.of(name)));
    }
    return lines;
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
