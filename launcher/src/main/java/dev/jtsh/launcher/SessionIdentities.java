// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.headless.ActiveSession;
import dev.jtsh.headless.NoCertificateException;
import dev.jtsh.kubeproxy.IdentityUnavailableException;
import dev.jtsh.kubeproxy.UpstreamIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
    CompletableFuture<TlsIdentity> identity =
        session.identityFor(new KubeClusterName(kubeCluster)).toCompletableFuture();
    if (!identity.isDone()) {
      return identity.exceptionallyCompose(SessionIdentities::unavailable);
    }
    if (identity.isCompletedExceptionally()) {
      return unavailable(identity.exceptionNow());
    }
    if (clock.instant().isBefore(identity.resultNow().leaf().getNotAfter().toInstant())) {
      return identity;
    }
    return CompletableFuture.failedFuture(
        new IdentityUnavailableException(
            GATEWAY_TIMEOUT,
            SafeText.literal(
                "this jtsh session has ended: type exit, then start a new one with the same"
                    + " command")));
  }

  /** What kubectl shows for a cluster that gave no certificate. */
  private static CompletableFuture<TlsIdentity> unavailable(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof NoCertificateException known) {
      return CompletableFuture.failedFuture(
          new IdentityUnavailableException(
              httpStatus(known.outcome().kind()),
              SafeText.format("jtsh: {}", known.outcome().message())));
    }
    return CompletableFuture.failedFuture(cause == null ? failure : cause);
  }

  private static int httpStatus(ErrorKind kind) {
    return switch (kind) {
      case ACCESS_DENIED -> 403;
      case NOT_FOUND, BAD_PARAMETER -> 404;
      default -> 503;
    };
  }
}
