// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CertificateAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Instant START = NOW.minusSeconds(60);
  private static final Instant END = NOW.plusSeconds(60);
  private static final Instant AUTHORITY_END = NOW.plusSeconds(3600);
  private static final String AUTHORITY_KEY_ID = "2.5.29.35";
  private static final String SUBJECT_KEY_ID = "2.5.29.14";
  private static final HeldKey KEY = HeldKey.generate(KeyKind.P256);
  private static final CertificateAuthority AUTHORITY =
      CertificateAuthority.create("c1", KEY, START, AUTHORITY_END);
  private static final UserIdentity ALICE =
      UserIdentity.builder("alice").roles(List.of("access")).build();

  @AfterAll
  static void close() {
    KEY.close();
  }

  private static X509Certificate alice() {
    return AUTHORITY.issueUser(ALICE, KEY.publicKey(), START, END);
  }

  @ParameterizedTest
  @EnumSource(KeyKind.class)
  void certificatesPassJavasOwnPathValidation(KeyKind kind) throws Exception {
    try (HeldKey key = HeldKey.generate(kind)) {
      CertificateAuthority authority = CertificateAuthority.create("c1", key, START, AUTHORITY_END);
      X509Certificate leaf = authority.issueUser(ALICE, KEY.publicKey(), START, END);

      PKIXParameters parameters =
          new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(NOW));
      CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf));
      assertThat(CertPathValidator.getInstance("PKIX").validate(path, parameters)).isNotNull();
    }
  }

  @Test
  void userCertificateHasTheExtensionsOfARecordedOne() {
    X509Certificate recorded = Recorded.certificate("03-kube-cert.pem");
    X509Certificate ours = alice();

    assertThat(ours.getCriticalExtensionOIDs()).isEqualTo(recorded.getCriticalExtensionOIDs());
    assertThat(ours.getNonCriticalExtensionOIDs())
        .isEqualTo(recorded.getNonCriticalExtensionOIDs());
    Set<String> all = new HashSet<>(recorded.getCriticalExtensionOIDs());
    all.addAll(recorded.getNonCriticalExtensionOIDs());
    all.remove(AUTHORITY_KEY_ID);
    assertThat(all)
        .allSatisfy(oid ->
            assertThat(ours.getExtensionValue(oid)).isEqualTo(recorded.getExtensionValue(oid)));
  }

  @Test
  void authorityCertificateHasTheExtensionsOfARecordedOne() {
    X509Certificate recorded = Recorded.certificate("03-host-ca.pem");
    X509Certificate ours = AUTHORITY.certificate();

    assertThat(ours.getCriticalExtensionOIDs()).isEqualTo(recorded.getCriticalExtensionOIDs());
    assertThat(ours.getNonCriticalExtensionOIDs())
        .isEqualTo(recorded.getNonCriticalExtensionOIDs());
    assertThat(ours.getKeyUsage()).isEqualTo(recorded.getKeyUsage());
    assertThat(ours.getBasicConstraints()).isEqualTo(recorded.getBasicConstraints());
  }

  @Test
  void leafNamesTheKeyOfItsAuthority() {
    byte[] authorityKeyId = alice().getExtensionValue(AUTHORITY_KEY_ID);
    byte[] subjectKeyId = AUTHORITY.certificate().getExtensionValue(SUBJECT_KEY_ID);
    assertThat(
            Arrays.copyOfRange(authorityKeyId, authorityKeyId.length - 20, authorityKeyId.length))
        .isEqualTo(Arrays.copyOfRange(subjectKeyId, subjectKeyId.length - 20, subjectKeyId.length));
  }

  @Test
  void subjectOfTheAuthorityIsItsNameAndSerialNumber() {
    X509Certificate certificate = AUTHORITY.certificate();
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    assertThat(subject.getRDNs()).hasSize(3);
    assertThat(text(subject.getRDNs(BCStyle.O)[0])).isEqualTo("c1");
    assertThat(text(subject.getRDNs(BCStyle.CN)[0])).isEqualTo("c1");
    assertThat(text(subject.getRDNs(BCStyle.SERIALNUMBER)[0]))
        .isEqualTo(certificate.getSerialNumber().toString());
  }

  private static String text(org.bouncycastle.asn1.x500.RDN rdn) {
    return IETFUtils.valueToString(rdn.getFirst().getValue());
  }

  @Test
  void serialNumbersAreRandomAnd128BitsLong() {
    Set<BigInteger> seen = new HashSet<>();
    int longest = 0;
    for (int i = 0; i < 30; i++) {
      BigInteger serial = alice().getSerialNumber();
      assertThat(serial.signum()).isPositive();
      assertThat(serial.bitLength()).isLessThanOrEqualTo(128);
      longest = Math.max(longest, serial.bitLength());
      assertThat(seen.add(serial)).isTrue();
    }
    assertThat(longest).isGreaterThan(120);
  }

  @Test
  void noCertificateOutlivesItsAuthority() {
    X509Certificate certificate =
        AUTHORITY.issueUser(ALICE, KEY.publicKey(), START, AUTHORITY_END.plusSeconds(1));
    assertThat(certificate.getNotAfter().toInstant()).isEqualTo(AUTHORITY_END);
  }

  @Test
  void certificateOfNoTimeIsRefused() {
    assertThatThrownBy(() -> AUTHORITY.issueUser(ALICE, KEY.publicKey(), END, START))
        .isInstanceOf(PkiException.class);
  }

  @Test
  void weakRsaKeyIsNotCertified() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    PublicKey weak = generator.generateKeyPair().getPublic();
    assertThatThrownBy(() -> AUTHORITY.issueUser(ALICE, weak, START, END))
        .isInstanceOf(PkiException.class);
    UserIdentity root = ALICE.toBuilder().principals(List.of("root")).build();
    assertThatThrownBy(
            () -> AUTHORITY.issueSshUser(SshUserCertificateRequest.of(root, weak, START, END)))
        .isInstanceOf(PkiException.class);
  }

  @Test
  void authorityIsPutTogetherFromItsCertificateAndKeyOnly() {
    assertThat(CertificateAuthority.of(AUTHORITY.certificate(), KEY).certificate())
        .isEqualTo(AUTHORITY.certificate());
    try (HeldKey other = HeldKey.generate(KeyKind.P256)) {
      assertThatThrownBy(() -> CertificateAuthority.of(AUTHORITY.certificate(), other))
          .isInstanceOf(PkiException.class);
    }
    assertThatThrownBy(() -> CertificateAuthority.of(alice(), KEY))
        .isInstanceOf(PkiException.class);
  }

  @Test
  void pemComesOutAsItWentIn() {
    List<X509Certificate> both = List.of(alice(), AUTHORITY.certificate());
    assertThat(Pem.certificates("text\n" + Pem.encode(both) + "more")).isEqualTo(both);
    assertThat(
            Pem.encode(Recorded.certificate("03-host-ca.pem"))
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII))
        .isEqualTo(Recorded.bytes("03-host-ca.pem"));
    assertThatThrownBy(() -> Pem.certificates("nothing")).isInstanceOf(PkiException.class);
    assertThatThrownBy(() -> Pem.certificates(Pem.encode(both).replace("MII", "AAA")))
        .isInstanceOf(PkiException.class);
    assertThatThrownBy(() ->
            Pem.certificate(Pem.encode(both).getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
        .isInstanceOf(PkiException.class);
  }

  @Test
  void recordedAuthoritiesSignedTheRecordedCertificates() throws Exception {
    Recorded.certificate("03-kube-cert.pem")
        .verify(Recorded.certificate("03-user-ca.pem").getPublicKey());
    Recorded.certificate("03-auth-server-cert.pem")
        .verify(Recorded.certificate("03-host-ca.pem").getPublicKey());
  }
}
