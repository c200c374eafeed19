// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenSSH itself reads what we write. */
class SshKeygenIT {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"P256,P256", "P256,RSA2048", "RSA2048,P256", "RSA2048,RSA2048"})
  void opensshUnderstandsOurCertificate(KeyKind authorityKind, KeyKind userKind) throws Exception {
    assumeThat(Path.of("/usr/bin/ssh-keygen")).exists();
    Instant start = Instant.parse("2026-11-21T10:00:00Z");
    try (HeldKey authorityKey = HeldKey.generate(authorityKind);
        HeldKey userKey = HeldKey.generate(userKind)) {
      CertificateAuthority authority =
          CertificateAuthority.create("c1", authorityKey, start, start.plusSeconds(600));
      UserIdentity alice =
          UserIdentity.builder("alice")
              .roles(List.of("access"))
              .principals(List.of("root", "ubuntu"))
              .pinnedIp("10.0.0.7")
              .build();
      Path file = directory.resolve("key-cert.pub");
      Files.write(
          file,
          authority.issueSshUser(
              SshUserCertificateRequest.of(
                  alice, userKey.publicKey(), start, start.plusSeconds(60))));

      String text = sshKeygen("-L", "-f", file.toString());

      assertThat(text)
          .contains("user certificate")
          .contains("Public key: " + name(userKind))
          .contains(Fingerprint.sha256(userKey.publicKey()))
          .contains("Signing CA: " + name(authorityKind).replace("-CERT", ""))
          .contains(Fingerprint.sha256(authorityKey.publicKey()))
          .contains("Key ID: \"alice\"")
          .contains("Valid: from 2026-11-21T10:00:00 to 2026-11-21T10:01:00")
          .contains("root")
          .contains("ubuntu")
          .contains("source-address 10.0.0.7/32")
          .contains("permit-pty")
          .contains("teleport-roles");
      assertThat(text)
          .contains(
              authorityKind == KeyKind.P256
                  ? "(using ecdsa-sha2-nistp256)"
                  : "(using rsa-sha2-512)");
    }
  }

  private static String name(KeyKind kind) {
    return kind == KeyKind.P256 ? "ECDSA-CERT" : "RSA-CERT";
  }

  private static String sshKeygen(String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("/usr/bin/ssh-keygen");
    builder.command().addAll(List.of(arguments));
    builder.environment().put("TZ", "UTC");
    Process process = builder.redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
