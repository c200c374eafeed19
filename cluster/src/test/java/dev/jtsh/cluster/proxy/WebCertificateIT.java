// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.pki.LeafRequest;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.tests.fixtures.TestPki;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's certificate files. */
class WebCertificateIT {
  private static final Duration OFTEN = Duration.ofMillis(20);
  private final TestPki pki = new TestPki();
  @TempDir Path directory;

  private void write(String name) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    KeyPair pair = generator.generateKeyPair();
    var request =
        new LeafRequest(name, List.of(name), List.of(), List.of(LeafRequest.Purpose.SERVER));
    Files.writeString(
        directory.resolve("key.pem"),
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n");
    Files.writeString(
        directory.resolve("cert.pem"),
        Pem.encode(
            pki.root()
                .issueLeaf(
                    request,
                    pair.getPublic(),
                    Instant.now().minusSeconds(60),
                    Instant.now().plusSeconds(600))));
  }

  private static SslContext awaitOther(WebCertificate certificate, SslContext than)
      throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (certificate.context().equals(than) && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    return certificate.context();
  }

  @Test
  void changedFilesAreServedAndBrokenOnesAreNot() throws Exception {
    write("first.example");
    Path cert = directory.resolve("cert.pem");
    Path key = directory.resolve("key.pem");
    try (WebCertificate certificate = WebCertificate.files(cert, key, OFTEN)) {
      SslContext first = certificate.context();
      write("second.example");
      SslContext second = awaitOther(certificate, first);
      assertThat(second).isNotSameAs(first);
      Files.writeString(cert, "no certificate");
      Thread.sleep(OFTEN.multipliedBy(5)); // Nothing may happen: there is no event to wait for.
      assertThat(certificate.context()).isSameAs(second);
      write("third.example");
      assertThat(awaitOther(certificate, second)).isNotSameAs(second);
    }
    pki.close();
  }

  @Test
  void filesThatDoNotBelongTogetherAreRefusedAtStart() throws Exception {
    write("one.example");
    byte[] key = Files.readAllBytes(directory.resolve("key.pem"));
    write("two.example");
    Files.write(directory.resolve("key.pem"), key);
    assertThatThrownBy(
            () -> WebCertificate.files(directory.resolve("cert.pem"), directory.resolve("key.pem")))
        .isInstanceOf(PkiException.class)
        .hasMessageContaining("cert.pem, with the key ")
        .hasMessageContaining("key.pem: the certificate belongs to another key");
    pki.close();
  }
}
