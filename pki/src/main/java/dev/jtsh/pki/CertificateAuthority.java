// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Signs certificates with one key. Make one for hosts and one for users: whom to believe is decided
 * by which of them signed, never by the subject alone. Safe for use by many threads.
 */
public final class CertificateAuthority {
  private static final int SERIAL_BITS = 128;
  private static final int MIN_RSA_BITS = 2048;
  private final X509Certificate certificate;
  private final HeldKey key;
  private final SecureRandom random;

  private CertificateAuthority(X509Certificate certificate, HeldKey key, SecureRandom random) {
    this.certificate = certificate;
    this.key = key;
    this.random = random;
  }

  /** A new authority with a self-signed certificate; random numbers from the system. */
  public static CertificateAuthority create(
      String clusterName, HeldKey key, Instant notBefore, Instant notAfter) {
    return create(clusterName, key, notBefore, notAfter, new SecureRandom());
  }

  /** A new authority with a self-signed certificate. */
  public static CertificateAuthority create(
      String clusterName, HeldKey key, Instant notBefore, Instant notAfter, SecureRandom random) {
    BigInteger serial = serial(random);
    // The number in the subject tells the authorities of one cluster apart.
    X500Name subject =
        new X500Name(
            new RDN[] {
              new RDN(BCStyle.O, SubjectName.string(clusterName)),
              new RDN(BCStyle.CN, SubjectName.string(clusterName)),
              new RDN(BCStyle.SERIALNUMBER, new DERPrintableString(serial.toString()))
            });
    try {
      X509v3CertificateBuilder builder =
          builder(subject, serial, subject, key.publicKey(), notBefore, notAfter);
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(
              KeyUsage.digitalSignature
                  | KeyUsage.keyEncipherment
                  | KeyUsage.keyCertSign
                  | KeyUsage.cRLSign));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new SubjectKeyIdentifier(keyIdentifier(key.publicKey())));
      return new CertificateAuthority(sign(builder, key), key, random);
    } catch (CertIOException e) {
      throw new IllegalStateException("encoding into memory does not fail", e);
    }
  }

  /**
   * An authority that exists already.
   *
   * @throws PkiException if the certificate is not an authority's or belongs to another key
   */
  public static CertificateAuthority of(X509Certificate certificate, HeldKey key) {
    return of(certificate, key, new SecureRandom());
  }

  /** As {@link #of(X509Certificate, HeldKey)}, with the source of serial numbers. */
  public static CertificateAuthority of(
      X509Certificate certificate, HeldKey key, SecureRandom random) {
    if (certificate.getBasicConstraints() < 0) {
      throw new PkiException("the certificate is not an authority's");
    }
    if (!Arrays.equals(certificate.getPublicKey().getEncoded(), key.publicKey().getEncoded())) {
      throw new PkiException("the authority's certificate belongs to another key");
    }
    return new CertificateAuthority(certificate, key, random);
  }

  /** Its own certificate, the trust anchor of all it signs. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** Its key. */
  public HeldKey key() {
    return key;
  }

  /** The public key in the form OpenSSH's known_hosts and TrustedUserCAKeys use, with LF. */
  public byte[] sshPublicKey() {
    return SshPublicKey.authorizedKeysLine(key.publicKey());
  }

  /**
   * A user certificate. It ends with the authority at the latest.
   *
   * @param notBefore usually a minute before now, for clocks that are late
   * @throws PkiException if the key is an RSA key of less than 2048 bits
   */
  public X509Certificate issueUser(
      UserIdentity identity, PublicKey publicKey, Instant notBefore, Instant notAfter) {
    return issue(identity.toX500Name(), List.of(), publicKey, notBefore, notAfter);
  }

  /** A host certificate with the identity's names. */
  public X509Certificate issueHost(
      HostIdentity identity, PublicKey publicKey, Instant notBefore, Instant notAfter) {
    return issue(
        identity.toX500Name(),
        alternativeNames(identity.dnsNames(), identity.ips()),
        publicKey,
        notBefore,
        notAfter);
  }

  /**
   * A certificate for a TLS peer that is no part of a cluster, such as the local proxy and its
   * kubectl: one CN, names, and what it may be used for.
   */
  public X509Certificate issueLeaf(
      LeafRequest request, PublicKey publicKey, Instant notBefore, Instant notAfter) {
    return issue(
        new X500Name(new RDN[] {new RDN(BCStyle.CN, SubjectName.string(request.commonName()))}),
        alternativeNames(request.dnsNames(), request.ips()),
        publicKey,
        notBefore,
        notAfter,
        request.purposes());
  }

  /** An OpenSSH user certificate, as a line with line feed. */
  public byte[] issueSshUser(SshUserCertificateRequest request) {
    requireStrong(request.key());
    return SshCertificate.issue(request, key, random);
  }

  private static List<GeneralName> alternativeNames(List<String> dnsNames, List<String> ips) {
    List<GeneralName> names = new ArrayList<>();
    dnsNames.forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
    ips.forEach(ip -> names.add(new GeneralName(GeneralName.iPAddress, ip)));
    return names;
  }

  private X509Certificate issue(
      X500Name subject,
      List<GeneralName> names,
      PublicKey publicKey,
      Instant notBefore,
      Instant notAfter) {
    return issue(
        subject,
        names,
        publicKey,
        notBefore,
        notAfter,
        List.of(LeafRequest.Purpose.SERVER, LeafRequest.Purpose.CLIENT));
  }

  private X509Certificate issue(
      X500Name subject,
      List<GeneralName> names,
      PublicKey publicKey,
      Instant notBefore,
      Instant notAfter,
      List<LeafRequest.Purpose> purposes) {
    requireStrong(publicKey);
    Instant end = certificate.getNotAfter().toInstant();
    try {
      X509v3CertificateBuilder builder =
          builder(
              X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
              serial(random),
              subject,
              publicKey,
              notBefore,
              notAfter.isAfter(end) ? end : notAfter);
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              purposes.stream()
                  .map(purpose ->
                      switch (purpose) {
                        case SERVER -> KeyPurposeId.id_kp_serverAuth;
                        case CLIENT -> KeyPurposeId.id_kp_clientAuth;
                      })
                  .toArray(KeyPurposeId[]::new)));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new AuthorityKeyIdentifier(keyIdentifier(certificate.getPublicKey())));
      if (!names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(names.toArray(GeneralName[]::new)));
      }
      return sign(builder, key);
    } catch (CertIOException e) {
      throw new IllegalStateException("encoding into memory does not fail", e);
    }
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer,
      BigInteger serial,
      X500Name subject,
      PublicKey publicKey,
      Instant notBefore,
      Instant notAfter) {
    if (!notBefore.isBefore(notAfter)) {
      throw new PkiException("the certificate would end before it starts");
    }
    return new X509v3CertificateBuilder(
        issuer,
        serial,
        Date.from(notBefore),
        Date.from(notAfter),
        subject,
        SubjectPublicKeyInfo.getInstance(publicKey.getEncoded()));
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, HeldKey key) {
    String algorithm =
        switch (key.kind()) {
          case P256 -> SignatureScheme.ECDSA_SHA256.jcaName();
          case RSA2048 -> SignatureScheme.RSA_PKCS1_SHA256.jcaName();
        };
    try {
      ContentSigner signer = new JcaContentSignerBuilder(algorithm).build(key.privateKey());
      X509CertificateHolder holder = builder.build(signer);
      return Pem.fromDer(holder.getEncoded());
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalStateException("signing a certificate failed", e);
    }
  }

  private static BigInteger serial(SecureRandom random) {
    BigInteger serial = new BigInteger(SERIAL_BITS, random);
    // RFC 5280 §4.1.2.2: positive. Never seen to be zero, but then it costs nothing.
    return serial.signum() == 0 ? BigInteger.ONE : serial;
  }

  /** RFC 5280 §4.2.1.2 (1): SHA-1 of the key's bits; a name, not a protection. */
  private static byte[] keyIdentifier(PublicKey key) {
    byte[] bits = SubjectPublicKeyInfo.getInstance(key.getEncoded()).getPublicKeyData().getBytes();
    return Fingerprint.sha1(bits);
  }

  private static void requireStrong(PublicKey key) {
    if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
      throw new PkiException("RSA keys need at least 2048 bits");
    }
  }
}
