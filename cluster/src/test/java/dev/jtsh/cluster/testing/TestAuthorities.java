// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The host and user CA of a cluster {@code root}, and whatever certificate a test needs. */
public final class TestAuthorities implements AutoCloseable {
  public static final String CLUSTER = "root";
  private static final Duration LIFE = Duration.ofHours(1);

  public final CertificateAuthority hostCa = authority();
  public final CertificateAuthority userCa = authority();
  private final HeldKey key = HeldKey.generate(KeyKind.P256);

  private static CertificateAuthority authority() {
    return CertificateAuthority.create(
        CLUSTER,
        HeldKey.generate(KeyKind.P256),
        Instant.now().minus(LIFE),
        Instant.now().plus(LIFE.multipliedBy(100)));
  }

  public TrustAnchors hosts() {
    return TrustAnchors.of(hostCa.certificate());
  }

  public TrustAnchors users() {
    return TrustAnchors.of(userCa.certificate());
  }

  /** The proxy's certificate, with the names of the real ones. */
  public TlsIdentity proxy() {
    return host(
        "Proxy",
        List.of(
            "localhost",
            "*.localhost",
            "*.teleport.cluster.local",
            "teleport.cluster.local",
            "kube-teleport-proxy-alpn.teleport.cluster.local"),
        List.of());
  }

  public TlsIdentity agent(String... kubeClusters) {
    return host("Kube", List.of(), List.of(kubeClusters));
  }

  public TlsIdentity host(String role, List<String> dnsNames, List<String> kubeClusters) {
    var identity =
        new HostIdentity(
            "host-" + role.toLowerCase(java.util.Locale.ROOT),
            CLUSTER,
            List.of(role),
            dnsNames,
            List.of(),
            kubeClusters);
    return TlsIdentity.of(
        key,
        hostCa.issueHost(
            identity, key.publicKey(), Instant.now().minus(LIFE), Instant.now().plus(LIFE)));
  }

  /** A user's identity for {@code kube} as auth writes it: usage:kube, cluster root. */
  public static UserIdentity.Builder kubeUser(String name, String kubeCluster, String... roles) {
    return UserIdentity.builder(name)
        .roles(List.of(roles))
        .usage(List.of(UserIdentity.USAGE_KUBE))
        .routeToCluster(CLUSTER)
        .teleportCluster(CLUSTER)
        .kubernetesCluster(kubeCluster);
  }

  public TlsIdentity user(UserIdentity identity) {
    return user(identity, LIFE);
  }

  public TlsIdentity user(UserIdentity identity, Duration life) {
    return issue(userCa, identity, life);
  }

  public TlsIdentity issue(CertificateAuthority by, UserIdentity identity, Duration life) {
    return TlsIdentity.of(
        key,
        by.issueUser(
            identity,
            key.publicKey(),
            Instant.now().minus(LIFE.multipliedBy(2)),
            Instant.now().plus(life)));
  }

  @Override
  public void close() {
    key.close();
    hostCa.key().close();
    userCa.key().close();
  }
}
