// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.LeafRequest;
import dev.jtsh.pki.LeafRequest.Purpose;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the local proxy and its clients prove themselves with: an authority, a server and one client
 * certificate for each kube cluster, all made for this start and for no other. They open only this
 * port and hold nothing of the cluster's. The authority's key is gone before anybody connects, so
 * nobody can add a client; the client's key lives in the arena for the kubeconfig.
 */
public final class LocalCredentials implements AutoCloseable {
  private static final Duration BEFORE_NOW = Duration.ofMinutes(10);
  private static final String LOOPBACK = "127.0.0.1";

  private final X509Certificate authority;
  private final HeldKey serverKey;
  private final X509Certificate server;
  private final SecretBuffer clientKeyPem;
  private final Map<String, X509Certificate> clients;

  private LocalCredentials(
      X509Certificate authority,
      HeldKey serverKey,
      X509Certificate server,
      SecretBuffer clientKeyPem,
      Map<String, X509Certificate> clients) {
    this.authority = authority;
    this.serverKey = serverKey;
    this.server = server;
    this.clientKeyPem = clientKeyPem;
    this.clients = clients;
  }

  /**
   * Makes new ones.
   *
   * @param kubeClusters what the session may reach
   * @param now the time; the certificates begin a little before, for clocks that are set back
   * @param notAfter the latest end of the session, renewals included
   */
  public static LocalCredentials create(
      Collection<KubeClusterName> kubeClusters, Instant now, Instant notAfter) {
    Instant notBefore = now.minus(BEFORE_NOW);
    HeldKey serverKey = HeldKey.generate(KeyKind.P256);
    try (HeldKey authorityKey = HeldKey.generate(KeyKind.P256);
        HeldKey clientKey = HeldKey.generate(KeyKind.P256)) {
      CertificateAuthority authority =
          CertificateAuthority.create("jtsh local proxy", authorityKey, notBefore, notAfter);
      X509Certificate server =
          authority.issueLeaf(
              new LeafRequest(
                  "localhost", List.of("localhost"), List.of(LOOPBACK), List.of(Purpose.SERVER)),
              serverKey.publicKey(),
              notBefore,
              notAfter);
      PublicKey clientPublic = clientKey.publicKey();
      // Hundreds of signatures are felt at the start: all cores make them.
      Map<String, X509Certificate> clients =
          kubeClusters.parallelStream()
              .collect(
                  Collectors.toConcurrentMap(
                      KubeClusterName::value,
                      name ->
                          authority.issueLeaf(
                              new LeafRequest(
                                  name.value(), List.of(), List.of(), List.of(Purpose.CLIENT)),
                              clientPublic,
                              notBefore,
                              notAfter)));
      return new LocalCredentials(
          authority.certificate(), serverKey, server, clientKey.privateKeyPem(), clients);
    } catch (RuntimeException e) {
      serverKey.close();
      throw e;
    }
  }

  /** The kube clusters there is a client certificate for. */
  public Set<String> kubeClusters() {
    return Set.copyOf(clients.keySet());
  }

  /** The authority that clients must trust. */
  public X509Certificate authority() {
    return authority;
  }

  /**
   * The client certificate that opens one kube cluster; its subject is {@code CN=<kube cluster>}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public X509Certificate client(KubeClusterName kubeCluster) {
    X509Certificate certificate = clients.get(kubeCluster.value());
    if (certificate == null) {
      throw new IllegalArgumentException("no client certificate for kube cluster " + kubeCluster);
    }
    return certificate;
  }

  /** The key of all client certificates, as PEM in the arena; closed with this object. */
  public SecretBuffer clientKeyPem() {
    return clientKeyPem;
  }

  /** What the proxy presents: for {@code 127.0.0.1} and {@code localhost}. */
  TlsIdentity server() {
    return TlsIdentity.of(serverKey, server);
  }

  /** Whom the proxy lets in. */
  TrustAnchors anchors() {
    return TrustAnchors.of(authority);
  }

  /** Wipes the keys. */
  @Override
  public void close() {
    clientKeyPem.close();
    serverKey.close();
  }
}
