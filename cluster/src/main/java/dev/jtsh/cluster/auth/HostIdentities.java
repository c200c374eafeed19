// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.net.ServiceNames;
import java.net.InetAddress;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Host certificates: for the parts of this process (their keys are made at each start, again at
 * half the life of their certificates, and never leave native memory) and for agents that join.
 */
public final class HostIdentities {
  /** Renewed at half of it; long enough for an agent to be away over a weekend. */
  public static final Duration LIFE = Duration.ofDays(10);

  private final String clusterName;
  private final Authorities authorities;
  private final InstantSource clock;
  private final String hostId;

  HostIdentities(String clusterName, String hostId, Authorities authorities, InstantSource clock) {
    this.clusterName = clusterName;
    this.hostId = hostId;
    this.authorities = authorities;
    this.clock = clock;
  }

  /** The cluster that the hosts belong to. */
  String clusterName() {
    return clusterName;
  }

  /** This process's host id, the same at each start. */
  public String hostId() {
    return hostId;
  }

  /** For the auth service; the caller closes it. */
  public RenewedIdentity auth() {
    return own(List.of("Admin"), internalNames(), List.of("127.0.0.1", "::1"), List.of());
  }

  /**
   * For the proxy's listeners that show the cluster's own certificate; the caller closes it.
   *
   * @param publicHost host name or address clients reach the proxy by
   */
  public RenewedIdentity proxy(String publicHost) {
    List<String> names = new ArrayList<>(internalNames());
    List<String> ips = new ArrayList<>(List.of("127.0.0.1", "::1"));
    names.add("remote.kube.proxy." + ServiceNames.INTERNAL_DOMAIN);
    try {
      ips.add(InetAddress.ofLiteral(publicHost).getHostAddress());
    } catch (IllegalArgumentException e) {
      names.add(publicHost);
      names.add("*." + publicHost);
      names.add("kube-teleport-proxy-alpn." + publicHost);
    }
    return own(
        List.of("Proxy"),
        names.stream().distinct().toList(),
        ips.stream().distinct().toList(),
        List.of());
  }

  /**
   * For a kube agent in this process, without a join token; the caller closes it.
   *
   * @param kubeClusters the names it serves
   */
  public RenewedIdentity kubeAgent(List<String> kubeClusters) {
    return own(List.of("Kube"), internalNames(), List.of(), kubeClusters);
  }

  /** The certificate of an agent that joined, or renews what it has. */
  X509Certificate joined(String agentId, List<String> kubeClusters, PublicKey key) {
    var identity =
        new HostIdentity(
            agentId, clusterName, List.of("Kube"), internalNames(), List.of(), kubeClusters);
    return issue(identity, key);
  }

  private RenewedIdentity own(
      List<String> roles, List<String> names, List<String> ips, List<String> kubeClusters) {
    var identity = new HostIdentity(hostId, clusterName, roles, names, ips, kubeClusters);
    return new RenewedIdentity(
        () -> {
          HeldKey key = HeldKey.generate(KeyKind.P256);
          try {
            return TlsIdentity.of(key, issue(identity, key.publicKey()));
          } catch (PkiException e) {
            key.close();
            throw e;
          }
        },
        clock);
  }

  private X509Certificate issue(HostIdentity identity, PublicKey key) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    return authorities
        .host()
        .issueHost(identity, key, now.minus(CertificateIssuer.CLOCK_SKEW), now.plus(LIFE));
  }

  private static List<String> internalNames() {
    return List.of("localhost", "*." + ServiceNames.INTERNAL_DOMAIN, ServiceNames.INTERNAL_DOMAIN);
  }
}
