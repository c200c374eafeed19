// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.KeyKind;
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
import java.util.UUID;

/**
 * Host certificates: for the parts of this process (their keys are made at each start and never
 * leave native memory) and for agents that join.
 */
public final class HostIdentities {
  private static final Duration OWN_LIFE = Duration.ofDays(365);
  private static final Duration AGENT_LIFE = Duration.ofDays(365);

  private final String clusterName;
  private final Authorities authorities;
  private final InstantSource clock;
  private final String hostId = UUID.randomUUID().toString();

  HostIdentities(String clusterName, Authorities authorities, InstantSource clock) {
    this.clusterName = clusterName;
    this.authorities = authorities;
    this.clock = clock;
  }

  /** This process's host id of this start. */
  public String hostId() {
    return hostId;
  }

  /** For the auth service; the caller closes its key. */
  public TlsIdentity auth() {
    return own(List.of("Admin"), internalNames(), List.of("127.0.0.1", "::1"), List.of());
  }

  /**
   * For the proxy's listeners that show the cluster's own certificate; the caller closes its key.
   *
   * @param publicHost host name or address clients reach the proxy by
   */
  public TlsIdentity proxy(String publicHost) {
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
   * For a kube agent in this process, without a join token; the caller closes its key.
   *
   * @param kubeClusters the names it serves
   */
  public TlsIdentity kubeAgent(List<String> kubeClusters) {
    return own(List.of("Kube"), internalNames(), List.of(), kubeClusters);
  }

  /** The certificate of an agent that joined. */
  X509Certificate joined(String agentId, List<String> kubeClusters, PublicKey key) {
    var identity =
        new HostIdentity(
            agentId, clusterName, List.of("Kube"), internalNames(), List.of(), kubeClusters);
    return issue(identity, key, AGENT_LIFE);
  }

  private TlsIdentity own(
      List<String> roles, List<String> names, List<String> ips, List<String> kubeClusters) {
    HeldKey key = HeldKey.generate(KeyKind.P256);
    var identity = new HostIdentity(hostId, clusterName, roles, names, ips, kubeClusters);
    return TlsIdentity.of(key, issue(identity, key.publicKey(), OWN_LIFE));
  }

  private X509Certificate issue(HostIdentity identity, PublicKey key, Duration life) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    return authorities
        .host()
        .issueHost(identity, key, now.minus(CertificateIssuer.CLOCK_SKEW), now.plus(life));
  }

  private static List<String> internalNames() {
    return List.of("localhost", "*." + ServiceNames.INTERNAL_DOMAIN, ServiceNames.INTERNAL_DOMAIN);
  }
}
