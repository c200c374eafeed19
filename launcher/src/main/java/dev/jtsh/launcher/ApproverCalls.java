// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.headless.HeadlessApproval;

/** Runs an approver's command as the user who is logged in on this machine. */
final class ApproverCalls {
  private final Outside outside;
  private final ClusterOptions cluster;

  ApproverCalls(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  /** What to do with the connection to auth; gives the exit status. */
  interface Work {
    int with(AuthClient auth, HeadlessApproval approval) throws ClientException;
  }

  int run(Work work) {
    return new LoggedInCalls(outside, cluster)
        .run((auth, user, ceremony) -> work.with(auth, new HeadlessApproval(auth, user, ceremony)));
  }
}
