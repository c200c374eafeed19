// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SmokeTest {
  @Test
  void works() {
    for (KeyKind kind : KeyKind.values()) {
      HeldKey key = HeldKey.generate(kind);
      var ca =
          CertificateAuthority.create(
              "c", key, Instant.now().minusSeconds(60), Instant.now().plusSeconds(600));
      var id = UserIdentity.builder("a").roles(List.of("r")).principals(List.of("root")).build();
      var cert =
          ca.issueUser(
              id, key.publicKey(), Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
      assertThat(UserIdentity.of(cert)).isEqualTo(id);
      byte[] ssh =
          ca.issueSshUser(
              SshUserCertificateRequest.of(
                  id, key.publicKey(), Instant.now(), Instant.now().plusSeconds(60)));
      assertThat(SshCertificate.parse(ssh).keyId()).isEqualTo("a");
    }
  }
}
