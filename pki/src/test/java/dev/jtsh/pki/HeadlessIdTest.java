// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors of the wire reference §3.1 and recorded requests. */
class HeadlessIdTest {
  private static final String ED25519 =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

  private static String id(String key) {
    return HeadlessId.of(key.getBytes(StandardCharsets.UTF_8)).toString();
  }

  @Test
  void checkVectorsHold() {
    assertThat(id(ED25519 + "\n")).isEqualTo("cb483ac7-2386-5991-9b89-9373500afe25");
    assertThat(id(ED25519)).isEqualTo("9e2c7bca-d5ff-5eaf-9ae9-d4e551d1871b");
    assertThat(id("")).isEqualTo("374708ff-f771-5dd5-979e-c875d56cd228");
    assertThat(id("hello")).isEqualTo("e10febfd-3467-56eb-9684-c0fd4716ab7d");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "headless-login-request-v15.json",
        "02-headless-login-p256.request.json",
        "02-headless-login-p384.request.json",
        "02-headless-login-ed25519.request.json",
        "02-headless-login-rsa2048.request.json"
      })
  void idOfARecordedRequestComesOutOfItsKey(String file) {
    assertThat(HeadlessId.of(Recorded.base64(file, "pub_key")))
        .hasToString(Recorded.text(file, "headless_id"));
  }
}
