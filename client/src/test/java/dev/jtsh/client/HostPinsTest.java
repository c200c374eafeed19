// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.pki.Pem;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.SshLoginResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostPinsTest {
  /** Hash of the key of the recorded cluster's host authority, as OpenSSL computes it. */
  private static final String RECORDED =
      "sha256:c751748b9fa4642af547a45350e241a134f8be1f5faedb053200bbee58fc2d29";

  private static final String OTHER = "sha256:" + "0".repeat(64);

  @Test
  void thePinOfARealClustersAuthorityIsTheHashOfItsKey() throws Exception {
    X509Certificate authority = recorded();

    assertThat(pins(RECORDED).held(List.of(authority))).containsExactly(authority);
    assertThat(pins(OTHER + "," + RECORDED).held(List.of(authority))).containsExactly(authority);
    assertThat(pins(OTHER).held(List.of(authority))).isEmpty();
  }

  @Test
  void withoutARuleEveryAuthorityIsHeld() throws Exception {
    assertThat(HostPins.NONE.isEmpty()).isTrue();
    assertThat(HostPins.of(List.of()).isEmpty()).isTrue();
    assertThat(HostPins.NONE.held(List.of(recorded()))).hasSize(1);
  }

  @Test
  void aRuleWithoutAPinIsNone() {
    assertThatThrownBy(() -> HostPins.Rule.parse("here", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> HostPins.Rule.parse("here", List.of(RECORDED + ",")))
        .hasMessageContaining("here");
  }

  @Test
  void anArchiveHasItsLimits() {
    assertThatThrownBy(() -> ExportedAuthorities.ofArchive(new byte[0]))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> ExportedAuthorities.ofText(new byte[] {1, 2}))
        .isInstanceOf(IOException.class);
  }

  private static HostPins pins(String text) {
    return HostPins.of(List.of(HostPins.Rule.parse("a test", List.of(text))));
  }

  private static X509Certificate recorded() throws IOException {
    SshLoginResponse answer =
        WireJson.read(
            Files.readAllBytes(Path.of("src/test/resources/recorded/mfa-finish.response.json")),
            SshLoginResponse.class);
    return Pem.certificate(answer.hostSigners().getFirst().tlsCerts().getFirst().toByteArray());
  }
}
