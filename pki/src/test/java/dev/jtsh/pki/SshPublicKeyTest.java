// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SshPublicKeyTest {
  private static byte[] line(String type, byte[] blob) {
    return (type + " " + Base64.getEncoder().encodeToString(blob) + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "headless-login-request-v15.json",
        "02-headless-login-p256.request.json",
        "02-headless-login-p384.request.json",
        "02-headless-login-ed25519.request.json"
      })
  void recordedLineComesOutAsItWentIn(String file) {
    byte[] line = Recorded.base64(file, "pub_key");
    assertThat(SshPublicKey.authorizedKeysLine(SshPublicKey.parse(line))).isEqualTo(line);
  }

  @ParameterizedTest
  @EnumSource(KeyKind.class)
  void ourKeysSurvive(KeyKind kind) {
    for (int i = 0; i < (kind == KeyKind.P256 ? 300 : 1); i++) { // Some have leading zeros.
      try (HeldKey key = HeldKey.generate(kind)) {
        PublicKey read = SshPublicKey.parse(SshPublicKey.authorizedKeysLine(key.publicKey()));
        assertThat(read.getEncoded()).isEqualTo(key.publicKey().getEncoded());
      }
    }
  }

  @Test
  void commentAndMissingLineFeedAreAccepted() {
    byte[] line = Recorded.base64("02-headless-login-p256.request.json", "pub_key");
    String text = new String(line, StandardCharsets.US_ASCII).strip();
    PublicKey key = SshPublicKey.parse(line);
    assertThat(SshPublicKey.parse(text.getBytes(StandardCharsets.US_ASCII))).isEqualTo(key);
    assertThat(SshPublicKey.parse((text + " a b\n").getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(key);
  }

  @Test
  void malformedLinesAreRefused() {
    byte[] good = Recorded.base64("02-headless-login-p256.request.json", "pub_key");
    String text = new String(good, StandardCharsets.US_ASCII).strip();
    assertRefused("");
    assertRefused("ssh-ed25519");
    assertRefused("ssh-ed25519 !!!!");
    assertRefused(text.replace("nistp256", "nistp384"));
    assertRefused(text + "\n" + text);
    assertRefused(text.substring(0, text.length() - 8));
    assertRefused("ssh-dss AAAAB3NzaC1kc3M=");
    assertRefused("x".repeat(20_000));
  }

  @Test
  void pointOffTheCurveIsRefused() {
    byte[] point = new byte[65];
    point[0] = 4;
    point[64] = 1;
    byte[] blob =
        new SshWriter().string(SshPublicKey.P256).string("nistp256").string(point).bytes();
    assertThatThrownBy(() -> SshPublicKey.parse(line(SshPublicKey.P256, blob)))
        .isInstanceOf(PkiException.class);
  }

  @Test
  void rsaNumbersOutOfRangeAreRefused() {
    for (BigInteger modulus :
        new BigInteger[] {BigInteger.ZERO, BigInteger.TEN, BigInteger.ONE.shiftLeft(20_000)}) {
      byte[] blob =
          new SshWriter()
              .string(SshPublicKey.RSA)
              .mpint(BigInteger.valueOf(65537))
              .mpint(modulus)
              .bytes();
      assertThatThrownBy(() -> SshPublicKey.parse(line(SshPublicKey.RSA, blob)))
          .isInstanceOf(PkiException.class);
    }
  }

  @Test
  void lengthPastTheEndIsRefused() {
    byte[] blob = new SshWriter().string(SshPublicKey.ED25519).uint32(Integer.MAX_VALUE).bytes();
    assertThatThrownBy(() -> SshPublicKey.parse(line(SshPublicKey.ED25519, blob)))
        .isInstanceOf(PkiException.class);
    byte[] negative = new SshWriter().string(SshPublicKey.ED25519).uint32(-1).bytes();
    assertThatThrownBy(() -> SshPublicKey.parse(line(SshPublicKey.ED25519, negative)))
        .isInstanceOf(PkiException.class);
  }

  private static void assertRefused(String line) {
    assertThatThrownBy(() -> SshPublicKey.parse(line.getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(PkiException.class);
  }
}
