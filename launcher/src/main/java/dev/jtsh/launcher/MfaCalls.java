// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Profile;
import dev.jtsh.client.WebauthnCeremony;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateChallenge;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.text.SafeText;

/** What the commands about a person's own keys share: the login, and a registered key's yes. */
final class MfaCalls {
  private final Outside outside;
  private final ClusterOptions cluster;

  MfaCalls(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  /** What to do with the cluster. */
  interface Work {
    int with(AuthClient auth, WebauthnCeremony ceremony) throws ClientException;
  }

  int run(Work work) {
    ClusterCalls calls = new ClusterCalls(outside);
    FailureReport failures = new FailureReport(outside.console());
    try {
      MachineLogin login = MachineLogin.of(outside, calls.settings(cluster));
      Profile profile = login.profile();
      var ceremony =
          new WebauthnCeremony(profile.proxy(), profile.pinnedParent(), calls.securityKey());
      return login.reach(reached -> work.with(reached.auth(), ceremony));
    } catch (NotLoggedInException e) {
      return failures
          .of(ExitCode.ERROR, e.reason(), SafeText.literal("log in first: jtsh login"))
          .status();
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }

  /** Has a registered key sign that keys may be changed. */
  MFAAuthenticateResponse confirmed(AuthClient auth, WebauthnCeremony ceremony)
      throws ClientException {
    MFAAuthenticateChallenge challenge = auth.createManageChallenge();
    outside.console().say(SafeText.literal("A key that is registered already must agree: tap it"));
    return ceremony.sign(challenge.getWebauthnChallenge());
  }
}
