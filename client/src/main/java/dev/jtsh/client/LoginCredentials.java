// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import com.google.protobuf.ByteString;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.SshCertificate;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.SshLoginResponse;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What a login brought: a key that is ours, two certificates for it, and the authorities of the
 * cluster's own servers. Key and TLS certificate are in the arena; closing it wipes both.
 */
public final class LoginCredentials implements AutoCloseable {
  private final TlsIdentity tls;
  private final UserIdentity identity;
  private final ByteString sshCertificate;
  private final List<HostAuthority> hostAuthorities;

  /**
   * The authority of one cluster's servers.
   *
   * @param cluster name of the Teleport cluster
   * @param certificates X.509; several while the authority is being rotated
   * @param sshKeys authorized_keys lines
   */
  public record HostAuthority(
      String cluster, List<X509Certificate> certificates, List<ByteString> sshKeys) {
    /** Copies. */
    public HostAuthority {
      certificates = List.copyOf(certificates);
      sshKeys = List.copyOf(sshKeys);
    }
  }

  private LoginCredentials(
      TlsIdentity tls,
      UserIdentity identity,
      ByteString sshCertificate,
      List<HostAuthority> hostAuthorities) {
    this.tls = tls;
    this.identity = identity;
    this.sshCertificate = sshCertificate;
    this.hostAuthorities = List.copyOf(hostAuthorities);
  }

  LoginCredentials(
      HeldKey key,
      X509Certificate certificate,
      ByteString sshCertificate,
      List<HostAuthority> hostAuthorities) {
    this(
        TlsIdentity.held(key, List.of(certificate)),
        UserIdentity.of(certificate),
        sshCertificate,
        hostAuthorities);
  }

  /**
   * Checks an answer against what was asked: the user, and that both certificates are for our key.
   *
   * @param key taken over; the caller closes it if this throws
   */
  public static LoginCredentials of(SshLoginResponse response, String user, HeldKey key)
      throws ClientException {
    try {
      X509Certificate certificate = Pem.certificate(response.tlsCert().toByteArray());
      UserIdentity identity = UserIdentity.of(certificate);
      SshCertificate ssh = SshCertificate.parse(response.cert().toByteArray());
      var authorities = new ArrayList<HostAuthority>();
      for (SshLoginResponse.HostSigner signer : response.hostSigners()) {
        var certificates = new ArrayList<X509Certificate>();
        for (ByteString pem : signer.tlsCerts()) {
          certificates.addAll(Pem.certificates(pem.toByteArray()));
        }
        authorities.add(
            new HostAuthority(signer.domainName(), certificates, signer.checkingKeys()));
      }
      if (!identity.username().equals(user)
          || !certificate.getPublicKey().equals(key.publicKey())
          || !ssh.key().equals(key.publicKey())) {
        throw new ClientException.BadAnswer(
            SafeText.literal("logging in: the certificates are for another user or key"), null);
      }
      if (authorities.stream().allMatch(a -> a.certificates().isEmpty())) {
        throw new ClientException.BadAnswer(
            SafeText.literal("logging in: the cluster names no authority of its servers"), null);
      }
      return new LoginCredentials(key, certificate, response.cert(), authorities);
    } catch (PkiException e) {
      throw new ClientException.BadAnswer(
          SafeText.literal("logging in: the certificates in the answer cannot be read"), e);
    }
  }

  /**
   * The same with the pinned ones of its host authorities only. Takes the place of this; closes it
   * when none is pinned.
   */
  public LoginCredentials limitedTo(HostPins pins) throws ClientException {
    if (pins.isEmpty()) {
      return this;
    }
    List<HostAuthority> pinned =
        hostAuthorities.stream()
            .map(one ->
                new HostAuthority(one.cluster(), pins.held(one.certificates()), one.sshKeys()))
            .filter(one -> !one.certificates().isEmpty())
            .toList();
    if (pinned.isEmpty()) {
      close();
      throw pins.mismatch(
          SafeText.literal("the login's host authority is"),
          hostAuthorities.stream().flatMap(one -> one.certificates().stream()).toList(),
          SafeText.literal(
              "log in again; if this goes on, somebody may be in between: compare the pin with what"
                  + " jtsh-cluster status or tctl status prints on the cluster"));
    }
    return new LoginCredentials(tls, identity, sshCertificate, pinned);
  }

  /** The private key, closed with this. */
  public HeldKey key() {
    return tls.key();
  }

  /** The user's TLS certificate. */
  public X509Certificate certificate() {
    return tls.leaf();
  }

  /** Who the certificate says we are. */
  public UserIdentity identity() {
    return identity;
  }

  /** The user's SSH certificate, one authorized_keys line. */
  public ByteString sshCertificate() {
    return sshCertificate;
  }

  /** The authorities of the servers of all clusters named. */
  public List<HostAuthority> hostAuthorities() {
    return hostAuthorities;
  }

  /** The Teleport cluster that made the certificate. */
  public String cluster() {
    return identity.teleportCluster().orElseGet(() -> hostAuthorities.getFirst().cluster());
  }

  /** Key and certificate for TLS, closed with this. */
  public TlsIdentity tlsIdentity() {
    return tls;
  }

  /** What the servers of {@link #cluster} must chain to. */
  public TrustAnchors trustAnchors() {
    return new TrustAnchors(
        hostAuthorities.stream()
            .filter(a -> a.cluster().equals(cluster()) || hostAuthorities.size() == 1)
            .flatMap(a -> a.certificates().stream())
            .toList());
  }

  /** Where and as whom to call the auth server. */
  public AuthEndpoint authEndpoint(ProxyAddress proxy, ServerVersion version) {
    return new AuthEndpoint(proxy, cluster(), tlsIdentity(), trustAnchors(), version);
  }

  @Override
  public void close() {
    tls.close();
  }
}
