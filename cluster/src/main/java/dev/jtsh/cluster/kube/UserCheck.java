// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a user's certificate must fulfil at each request, on the proxy and again on the agent: a
 * connection may live longer than the certificate it began with.
 */
public final class UserCheck {
  private final String clusterName;

  /** Checks for one cluster. */
  public UserCheck(String clusterName) {
    this.clusterName = clusterName;
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
