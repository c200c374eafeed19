// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SshCertificateTest {
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Instant END = START.plusSeconds(120);
  private static final UserIdentity ALICE =
      UserIdentity.builder("alice")
          .roles(List.of("access", "editor"))
          .principals(List.of("root", "-teleport-internal-join"))
          .routeToCluster("tptest")
          .traits(Traits.of(Map.of("logins", List.of("root"))))
          .mfaVerified("soft")
          .loginIp("127.0.0.1")
          .pinnedIp("127.0.0.1")
          .build();

  @ParameterizedTest
  @ValueSource(strings = {"p256", "p384", "ed25519", "rsa2048"})
  void recordedCertificateIsUnderstood(String kind) {
    String file = "02-headless-login-" + kind;
    SshCertificate certificate =
        SshCertificate.parse(Recorded.base64(file + ".response.json", "cert"));

    PublicKey asked = SshPublicKey.parse(Recorded.base64(file + ".request.json", "pub_key"));
    assertThat(certificate.key()).isEqualTo(asked);
    assertThat(certificate.keyId()).isEqualTo("alice");
    assertThat(certificate.principals()).containsExactly("root", "-teleport-internal-join");
    assertThat(certificate.extensions())
        .containsEntry("teleport-roles", "{\"version\":\"v1\",\"roles\":[\"access\",\"editor\"]}")
        .containsEntry("teleport-route-to-cluster", "tptest")
        .containsEntry("login-ip", "127.0.0.1")
        .containsEntry("permit-pty", "");
  }

  @Test
  void certificateOfARecordedProfileIsUnderstood() {
    assertThat(SshCertificate.parse(Recorded.bytes("tptest-cert.pub")).keyId()).isEqualTo("alice");
  }

  @ParameterizedTest
  @EnumSource(KeyKind.class)
  void ourCertificatesSurvive(KeyKind kind) {
    try (HeldKey authorityKey = HeldKey.generate(kind);
        HeldKey userKey = HeldKey.generate(KeyKind.P256)) {
      CertificateAuthority authority =
          CertificateAuthority.create("tptest", authorityKey, START, END);
      SshUserCertificateRequest request =
          SshUserCertificateRequest.of(ALICE, userKey.publicKey(), START, END);

      SshCertificate certificate = SshCertificate.parse(authority.issueSshUser(request));

      assertThat(certificate.key()).isEqualTo(userKey.publicKey());
      assertThat(certificate.signer()).isEqualTo(authorityKey.publicKey());
      assertThat(certificate.validAfter()).isEqualTo(START);
      assertThat(certificate.validBefore()).isEqualTo(END);
      assertThat(certificate.principals()).isEqualTo(ALICE.principals());
      assertThat(certificate.criticalOptions())
          .containsExactly(Map.entry("source-address", "127.0.0.1/32"));
      assertThat(certificate.extensions()).isEqualTo(request.extensions());
      assertThat(certificate.extensions()).containsEntry("mfa-verified", "soft");
    }
  }

  @Test
  void changedCertificateIsRefused() {
    String[] words =
        new String(Recorded.bytes("tptest-cert.pub"), StandardCharsets.US_ASCII).split(" ");
    byte[] blob = Base64.getDecoder().decode(words[1].strip());
    // The name in the middle of what is signed: alice becomes blice.
    int at = new String(blob, StandardCharsets.ISO_8859_1).indexOf("alice");
    blob[at]++;
    assertThatThrownBy(() -> SshCertificate.parse(SshPublicKey.line(words[0], blob)))
        .isInstanceOf(PkiException.class)
        .hasMessageContaining("signature");
  }

  @Test
  void certificateForEveryLoginIsNotMade() {
    try (HeldKey key = HeldKey.generate(KeyKind.P256)) {
      UserIdentity nobody = ALICE.toBuilder().principals(List.of()).build();
      assertThatThrownBy(() -> SshUserCertificateRequest.of(nobody, key.publicKey(), START, END))
          .isInstanceOf(PkiException.class);
    }
  }
}
