// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.client.LoginCredentials.HostAuthority;
import dev.jtsh.pki.SshCertificate;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A login as it lies on disk, without its private key.
 *
 * @param proxy the proxy's web address
 * @param user the user's name
 * @param cluster the selected Teleport cluster
 * @param kubeProxyAddress {@code host:port} of the Kubernetes endpoint; empty if there is none
 * @param tlsRouting whether all services share the web port
 * @param pinnedParent a parent domain accepted as WebAuthn relying party
 * @param certificate the user's TLS certificate; empty when only settings are left
 * @param sshCertificate the user's SSH certificate for the cluster
 * @param hostAuthorities the authorities of the clusters' servers
 */
public record Profile(
    ProxyAddress proxy,
    String user,
    String cluster,
    String kubeProxyAddress,
    boolean tlsRouting,
    Optional<String> pinnedParent,
    Optional<X509Certificate> certificate,
    Optional<SshCertificate> sshCertificate,
    List<HostAuthority> hostAuthorities) {
  /** Copies. */
  public Profile {
    hostAuthorities = List.copyOf(hostAuthorities);
  }

  /** Who the certificate says we are. */
  public Optional<UserIdentity> identity() {
    return certificate.map(UserIdentity::of);
  }

  /** The end of the login; the beginning of time when there is no certificate. */
  public Instant validUntil() {
    return certificate.map(c -> c.getNotAfter().toInstant()).orElse(Instant.MIN);
  }

  /** Whether the login still holds. */
  public boolean isValid(Instant now) {
    return now.isBefore(validUntil());
  }

  /** What the servers of {@code cluster} must chain to; nobody is trusted when it is unknown. */
  public TrustAnchors trustAnchors(String cluster) {
    return new TrustAnchors(
        hostAuthorities.stream()
            .filter(a -> a.cluster().equals(cluster))
            .flatMap(a -> a.certificates().stream())
            .toList());
  }
}
