// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jtsh.protocol.grpc.proto.TOTPRegisterChallenge;
import org.junit.jupiter.api.Test;

class OtpauthUriTest {
  private static final TOTPRegisterChallenge CHALLENGE =
      TOTPRegisterChallenge.newBuilder()
          .setSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
          .setIssuer("my cluster")
          .setAccount("ann@example.com")
          .setAlgorithm("SHA1")
          .setDigits(6)
          .setPeriodSeconds(30)
          .build();

  @Test
  void theLinkIsTheOneAppsRead() {
    assertThat(OtpauthUri.of(CHALLENGE))
        .isEqualTo(
            "otpauth://totp/my%20cluster:ann%40example.com"
                + "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=my%20cluster"
                + "&algorithm=SHA1&digits=6&period=30");
  }

  @Test
  void nothingOfTheClusterCanChangeTheLink() {
    assertThat(OtpauthUri.of(CHALLENGE.toBuilder().setAccount("a&secret=b\u001b?").build()))
        .contains(":a%26secret%3Db%1B%3F?secret=GEZ");
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> OtpauthUri.of(CHALLENGE.toBuilder().setSecret("short").build()));
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(
            () -> OtpauthUri.of(CHALLENGE.toBuilder().setAlgorithm("SHA1&digits=8").build()));
  }
}
