// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jtsh headless deny ID}: the remote machine is told no. Needs no security key. */
@Command(name = "deny", description = "Deny a headless request of yours.")
final class HeadlessDenyCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;

  @Parameters(paramLabel = "ID", description = "The request's id.")
  private String id = "";

  @Option(
      names = "--report",
      description = {
        "You did not ask for it: its source can ask you for nothing more today, and your",
        "administrators see it."
      })
  private boolean report;

  HeadlessDenyCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    ApprovalDialog dialog = new ApprovalDialog(outside, "", false);
    return new ApproverCalls(outside, cluster)
        .run((auth, approval) -> dialog.deny(approval, id, report));
  }
}
