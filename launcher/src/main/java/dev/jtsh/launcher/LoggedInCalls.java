// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Profile;
import dev.jtsh.client.WebauthnCeremony;
import dev.jtsh.protocol.text.SafeText;

/** Runs a command as the user who is logged in on this machine, whose security key is asked. */
final class LoggedInCalls {
  private final Outside outside;
  private final ClusterOptions cluster;

  LoggedInCalls(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  /** What to do with the connection to auth; gives the exit status. */
  interface Work {
    int with(AuthClient auth, String user, WebauthnCeremony ceremony) throws ClientException;
  }

  int run(Work work) {
    ClusterCalls calls = new ClusterCalls(outside);
    FailureReport failures = new FailureReport(outside.console());
    try {
      MachineLogin login = MachineLogin.of(outside, calls.settings(cluster));
      Profile profile = login.profile();
      var ceremony =
          new WebauthnCeremony(profile.proxy(), profile.pinnedParent(), calls.securityKey());
      return login.reach(reached -> work.with(reached.auth(), profile.user(), ceremony));
    } catch (NotLoggedInException e) {
      return failures
          .of(ExitCode.ERROR, e.reason(), SafeText.literal("log in first: jtsh login"))
          .status();
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }
}
