// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.SshLoginResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoginCredentialsTest {
  /** A real cluster's answer: well formed in every part, but for a key that is not ours. */
  @Test
  void recordedAnswerIsReadAndRefusedForItsForeignKey() throws Exception {
    try (HeldKey key = HeldKey.generate(KeyKind.P256)) {
      SshLoginResponse response = recorded();

      assertThatThrownBy(() -> LoginCredentials.of(response, "alice", key))
          .isInstanceOf(ClientException.BadAnswer.class)
          .hasMessageContaining("another user or key");
    }
  }

  @Test
  void answerWithoutReadableCertificatesIsRefused() throws Exception {
    SshLoginResponse good = recorded();
    ByteString junk = ByteString.copyFromUtf8("junk");
    var noTls = new SshLoginResponse(good.username(), good.cert(), junk, good.hostSigners(), null);
    var noSsh =
        new SshLoginResponse(good.username(), junk, good.tlsCert(), good.hostSigners(), null);
    try (HeldKey key = HeldKey.generate(KeyKind.P256)) {
      for (SshLoginResponse response : List.of(noTls, noSsh)) {
        assertThatThrownBy(() -> LoginCredentials.of(response, "alice", key))
            .isInstanceOf(ClientException.BadAnswer.class)
            .hasMessageContaining("cannot be read");
      }
    }
  }

  private static SshLoginResponse recorded() throws IOException {
    return WireJson.read(
        Files.readAllBytes(Path.of("src/test/resources/recorded/mfa-finish.response.json")),
        SshLoginResponse.class);
  }
}
