// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jtsh headless end ID}: from then on the session's certificates open nothing. */
@Command(name = "end", description = "End one of your live headless sessions at once.")
final class HeadlessEndCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;

  @Parameters(paramLabel = "ID", description = "The session's id, from jtsh headless ls.")
  private String id = "";

  HeadlessEndCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    return new ApproverCalls(outside, cluster)
        .run((auth, approval) -> {
          auth.endSession(id);
          outside.console().say(SafeText.literal("Ended."));
          return ExitCode.OK.status();
        });
  }
}
