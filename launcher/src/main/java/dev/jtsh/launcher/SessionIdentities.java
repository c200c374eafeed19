// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.headless.ActiveSession;
import dev.jtsh.kubeproxy.IdentityUnavailableException;
import dev.jtsh.kubeproxy.UpstreamIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Connects the local proxy to the session: the certificates of the grant, until they end. */
final class SessionIdentities implements UpstreamIdentity {
  private static final int GATEWAY_TIMEOUT = 504;

  private final ActiveSession session;
  private final InstantSource clock;

  SessionIdentities(ActiveSession session, InstantSource clock) {
    this.session = session;
    this.clock = clock;
  }

  @Override
  public CompletionStage<TlsIdentity> identityFor(String kubeCluster) {
    TlsIdentity identity = session.identityFor(new KubeClusterName(kubeCluster));
    if (clock.instant().isBefore(identity.leaf().getNotAfter().toInstant())) {
      return CompletableFuture.completedFuture(identity);
    }
    return CompletableFuture.failedFuture(
        new IdentityUnavailableException(
            GATEWAY_TIMEOUT,
            SafeText.literal(
                "this jtsh session has ended: type exit, then start a new one with the same"
                    + " command")));
  }
}
