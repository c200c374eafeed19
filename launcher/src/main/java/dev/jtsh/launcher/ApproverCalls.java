// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Profile;
import dev.jtsh.client.WebauthnCeremony;
import dev.jtsh.headless.HeadlessApproval;
import dev.jtsh.protocol.text.SafeText;

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
    ClusterCalls calls = new ClusterCalls(outside);
    FailureReport failures = new FailureReport(outside.console());
    try {
      MachineLogin login = MachineLogin.of(outside, calls.settings(cluster));
      Profile profile = login.profile();
      WebauthnCeremony ceremony =
          new WebauthnCeremony(profile.proxy(), profile.pinnedParent(), calls.securityKey());
      return login.reach(reached ->
          work.with(
              reached.auth(), new HeadlessApproval(reached.auth(), profile.user(), ceremony)));
    } catch (NotLoggedInException e) {
      return failures
          .of(ExitCode.ERROR, e.reason(), SafeText.literal("log in first: jtsh login"))
          .status();
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }
}
