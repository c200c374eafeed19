// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserIdentityTest {
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Instant END = START.plusSeconds(3600);
  private static final HeldKey KEY = HeldKey.generate(KeyKind.P256);
  private static final CertificateAuthority AUTHORITY =
      CertificateAuthority.create("tptest", KEY, START, END);

  @AfterAll
  static void close() {
    KEY.close();
  }

  private static X509Certificate issued(UserIdentity identity) {
    return AUTHORITY.issueUser(identity, KEY.publicKey(), START, END);
  }

  private static UserIdentity.Builder alice() {
    return UserIdentity.builder("alice").roles(List.of("access"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alice-x509.pem",
        "profile-kube-cert.pem",
        "03-kube-cert.pem",
        "03-kube-cert-rsa.pem"
      })
  void recordedSubjectMadeAgainIsEqualInEachByte(String file) {
    X509Certificate recorded = Recorded.certificate(file);

    X509Certificate ours = issued(UserIdentity.of(recorded));

    assertThat(ours.getSubjectX500Principal().getEncoded())
        .isEqualTo(recorded.getSubjectX500Principal().getEncoded());
  }

  @ParameterizedTest
  @ValueSource(strings = {"p256", "p384", "ed25519", "rsa2048"})
  void recordedLoginSubjectMadeAgainIsEqualInEachByte(String kind) {
    X509Certificate recorded =
        Pem.certificate(
            Recorded.base64("02-headless-login-" + kind + ".response.json", "tls_cert"));

    UserIdentity identity = UserIdentity.of(recorded);

    assertThat(issued(identity).getSubjectX500Principal().getEncoded())
        .isEqualTo(recorded.getSubjectX500Principal().getEncoded());
    assertThat(identity.mfaVerified()).hasValue("soft");
    assertThat(identity.isUnrestricted()).isTrue();
  }

  @Test
  void recordedKubeCertificateIsUnderstood() {
    UserIdentity identity = UserIdentity.of(Recorded.certificate("03-kube-cert.pem"));

    assertThat(identity.username()).isEqualTo("alice");
    assertThat(identity.roles()).containsExactlyInAnyOrder("access", "editor");
    assertThat(identity.usage()).containsExactly(UserIdentity.USAGE_KUBE);
    assertThat(identity.principals()).containsExactlyInAnyOrder("root", "-teleport-internal-join");
    assertThat(identity.routeToCluster()).isEqualTo("tptest");
    assertThat(identity.traits().get("kubernetes_groups")).containsExactly("system:masters");
    assertThat(identity.traits().get("host_user_uid")).isEmpty();
    assertThat(identity.kubernetesUsers()).isEmpty();
    assertThat(identity.kubernetesGroups()).containsExactly("system:masters");
    assertThat(identity.kubernetesCluster()).hasValue("kube1");
    assertThat(identity.teleportCluster()).hasValue("tptest");
    assertThat(identity.loginIp()).hasValue("127.0.0.1");
    assertThat(identity.attribute(SubjectAttribute.PRIVATE_KEY_POLICY)).hasValue("none");
    assertThat(identity.mfaVerified()).isEmpty();
    assertThat(identity.headlessRequestId()).isEmpty();
    assertThat(identity.isUsableFor(UserIdentity.USAGE_KUBE)).isTrue();
    assertThat(identity.isUsableFor("usage:db")).isFalse();
    assertThat(identity.isUnrestricted()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(SubjectAttribute.class)
  void everyAttributeOfTheTableSurvives(SubjectAttribute attribute) {
    List<String> values = attribute.repeated() ? List.of("b", "a", "ü*") : List.of("wört_1");
    UserIdentity identity = alice().put(attribute, values).build();

    assertThat(UserIdentity.of(issued(identity))).isEqualTo(identity);
    assertThat(identity.all(attribute)).isEqualTo(values);
  }

  @Test
  void everyRowOfTheTableHasAnAttribute() {
    List<String> oids =
        Arrays.stream(SubjectAttribute.values()).map(SubjectAttribute::oid).toList();
    assertThat(oids).doesNotHaveDuplicates();
    for (int i = 1; i <= 20; i++) {
      assertThat(oids).contains("1.3.9999.1." + i);
    }
    for (int i = 1; i <= 21; i++) {
      assertThat(oids).contains("1.3.9999.2." + i);
    }
    for (int i = 1; i <= 3; i++) {
      assertThat(oids).contains("1.3.9999.3." + i);
    }
    assertThat(oids).contains("1.3.9999.100.1", "1.3.9999.100.2", "1.3.9999.100.3").hasSize(47);
  }

  @Test
  void aNameThatIsNoTextIsRefused() {
    // CN as a UTF8String of the byte F5, which no UTF-8 holds.
    byte[] subject = HexFormat.of().parseHex("300c310a300806035504030c01f5");
    assertThatThrownBy(() -> SubjectName.of(X500Name.getInstance(subject)))
        .isInstanceOf(PkiException.class)
        .hasMessage("the subject's attribute 2.5.4.3 is not text");
  }

  @Test
  void aSubjectThatIsNoSequenceOfNamesIsRefused() {
    byte[] subject = HexFormat.of().parseHex("300c310a300806035504030c05f5");
    assertThatThrownBy(() -> SubjectName.of(subject))
        .isInstanceOf(PkiException.class)
        .hasMessage("the certificate's subject is malformed");
  }

  @Test
  void attributeNumbersAreWrittenAsOnTheWire() {
    byte[] subject = alice().mfaVerified("device").build().subject();
    assertThat(HexFormat.of().formatHex(subject)).contains("06052bce0f0108");
  }

  @Test
  void allPartsSurviveTogether() {
    UserIdentity identity =
        alice()
            .roles(List.of("access", "editor", "zz", "ä"))
            .usage(List.of("usage:kube", "usage:db"))
            .principals(List.of("root", "-teleport-internal-join"))
            .routeToCluster("tptest")
            .traits(Traits.of(Map.of("logins", List.of("root"))))
            .kubernetesUsers(List.of("u2", "u1"))
            .headlessRequestId("817b6164-273b-50f5-a2b8-c2103c03d7c7")
            .previousIdentityExpires(END)
            .build();

    UserIdentity read = UserIdentity.of(issued(identity));

    assertThat(read.roles()).containsExactlyInAnyOrderElementsOf(identity.roles());
    assertThat(read.usage()).containsExactlyInAnyOrderElementsOf(identity.usage());
    assertThat(read.kubernetesUsers()).containsExactly("u2", "u1");
    assertThat(read.headlessRequestId()).hasValue("817b6164-273b-50f5-a2b8-c2103c03d7c7");
    assertThat(read.previousIdentityExpires()).hasValue(END);
    assertThat(read.toBuilder().build()).isEqualTo(read);
    assertThat(issued(read).getSubjectX500Principal())
        .isEqualTo(issued(identity).getSubjectX500Principal());
  }

  @Test
  void certificateWithoutUserNameIsRefused() {
    assertThatThrownBy(() -> UserIdentity.of(withSubject(rdn(BCStyle.O, "access"))))
        .isInstanceOf(PkiException.class)
        .hasMessage("missing identity username");
    assertThatThrownBy(() -> UserIdentity.of(withSubject(rdn(BCStyle.O, "a"), rdn(BCStyle.CN, ""))))
        .hasMessage("missing identity username");
  }

  @Test
  void certificateWithoutRolesIsRefused() {
    assertThatThrownBy(() -> UserIdentity.of(withSubject(rdn(BCStyle.CN, "alice"))))
        .isInstanceOf(PkiException.class)
        .hasMessage("missing identity groups");
  }

  @Test
  void unknownAttributesAreIgnored() {
    UserIdentity identity =
        UserIdentity.of(
            withSubject(
                rdn(BCStyle.O, "access"),
                rdn(BCStyle.CN, "alice"),
                rdn(new ASN1ObjectIdentifier("1.3.9999.1.99"), "x"),
                rdn(BCStyle.C, "DE")));
    assertThat(identity).isEqualTo(alice().build());
  }

  @Test
  void previousIdentityExpiresWithFractionAndZoneIsRead() {
    UserIdentity identity =
        alice()
            .put(SubjectAttribute.PREVIOUS_IDENTITY_EXPIRES, "2026-11-21T12:00:00.5+01:00")
            .build();
    assertThat(identity.previousIdentityExpires())
        .hasValue(Instant.parse("2026-11-21T11:00:00.5Z"));
    assertThatThrownBy(() ->
            alice()
                .put(SubjectAttribute.PREVIOUS_IDENTITY_EXPIRES, "soon")
                .build()
                .previousIdentityExpires())
        .isInstanceOf(PkiException.class);
  }

  private static RDN rdn(ASN1ObjectIdentifier type, String value) {
    return new RDN(type, new DERPrintableString(value));
  }

  private static X509Certificate withSubject(RDN... rdns) {
    try {
      return Pem.fromDer(
          new X509v3CertificateBuilder(
                  new X500Name("CN=tptest"),
                  BigInteger.ONE,
                  Date.from(START),
                  Date.from(END),
                  new X500Name(rdns),
                  SubjectPublicKeyInfo.getInstance(KEY.publicKey().getEncoded()))
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(KEY.privateKey()))
              .getEncoded());
    } catch (IOException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }
}
