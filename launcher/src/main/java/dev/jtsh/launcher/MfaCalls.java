// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
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
    return new LoggedInCalls(outside, cluster)
        .run((auth, user, ceremony) -> work.with(auth, ceremony));
  }

  /** Has a registered key sign that keys may be changed. */
  MFAAuthenticateResponse confirmed(AuthClient auth, WebauthnCeremony ceremony)
      throws ClientException {
    MFAAuthenticateChallenge challenge = auth.createManageChallenge();
    outside.console().say(SafeText.literal("A key that is registered already must agree: tap it"));
    return ceremony.sign(challenge.getWebauthnChallenge());
  }
}
