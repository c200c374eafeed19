// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a user's certificate must fulfil at each request, on the proxy and again on the agent: a
 * connection may live longer than the certificate it began with.
 */
public final class UserCheck {
  private static final Duration BACKDATED = Duration.ofMinutes(1); // As auth issues them.

  private final String clusterName;
  private final AccessView access;

  /** Checks for one cluster, by its locks and roles. */
  public UserCheck(String clusterName, AccessView access) {
    this.clusterName = clusterName;
    this.access = access;
  }

  /**
   * Whether what this user began must be cut off: a lock has come into force, a headless session is
   * over, or another's certificate has ended and a role says that nothing outlives it.
   */
  public boolean mustEnd(X509Certificate leaf, UserIdentity identity, Instant now) {
    if (lock(leaf, identity, now).isPresent()) {
      return true;
    }
    Instant end;
    try {
      end = identity.previousIdentityExpires().orElse(leaf.getNotAfter().toInstant());
    } catch (PkiException e) {
      return true; // Auth writes no such time.
    }
    return now.isAfter(end)
        && (identity.headlessRequestId().isPresent()
            || access.roles(identity.roles()).stream().anyMatch(Role::disconnectExpiredCert));
  }

  private Optional<Lock> lock(X509Certificate leaf, UserIdentity identity, Instant now) {
    return access.lockOn(identity, leaf.getNotBefore().toInstant().plus(BACKDATED), now);
  }

  /**
   * Why this certificate may not ask for Kubernetes here and now; empty if it may.
   *
   * @param observed the caller's address; null where it is not known
   */
  public Optional<KubeStatus> refusal(
      X509Certificate leaf, UserIdentity identity, @Nullable InetAddress observed, Instant now) {
    if (now.isAfter(leaf.getNotAfter().toInstant())
        || now.isBefore(leaf.getNotBefore().toInstant())) {
      return forbidden(SafeText.literal("access denied: the client certificate has expired"));
    }
    Optional<Lock> lock = lock(leaf, identity, now);
    if (lock.isPresent()) {
      return forbidden(SafeText.of(lock.get().refusal()));
    }
    if (!identity.isUsableFor(UserIdentity.USAGE_KUBE)) {
      return forbidden(
          SafeText.literal("access denied: the client certificate is not for Kubernetes"));
    }
    if (identity.headlessRequestId().isPresent()
        && !identity.usage().contains(UserIdentity.USAGE_KUBE)) {
      // Security rule 1: the one-minute login may only fetch the certificates of its grant.
      return forbidden(
          SafeText.literal("access denied: a headless login is not for Kubernetes itself"));
    }
    String issuer = identity.teleportCluster().orElse(clusterName);
    String route = identity.routeToCluster().isEmpty() ? issuer : identity.routeToCluster();
    String kube = identity.kubernetesCluster().orElse("");
    if (!issuer.equals(clusterName) || !route.equals(clusterName)) {
      return Optional.of(KubeAnswers.notServed(kube, route));
    }
    Optional<String> pinned = identity.pinnedIp();
    if (pinned.isPresent() && !isSame(pinned.get(), observed)) {
      return forbidden(SafeText.literal("pinned IP doesn't match observed client IP"));
    }
    return Optional.empty();
  }

  private static boolean isSame(String pinned, @Nullable InetAddress observed) {
    try {
      return observed != null && InetAddress.ofLiteral(pinned).equals(observed);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Optional<KubeStatus> forbidden(SafeText message) {
    return Optional.of(KubeStatus.forbidden(message));
  }
}
