// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.jtsh.cluster.config.HostPort;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.tests.fixtures.TestPki;
import dev.jtsh.tests.fixtures.cluster.FakeWeb;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent cannot join: whoever starts it hears who is at fault, and no word of Java's. */
@Timeout(60)
class JoinFailuresIT {
  private static final String PATH = "/webapi/jtsh/agent/join";

  @TempDir Path directory;

  private final TestPki pki = new TestPki();
  private Path token = Path.of("");

  @BeforeEach
  void write() throws IOException {
    token = Files.writeString(directory.resolve("token"), "t0ken");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(directory.resolve("ca.pem"), Pem.encode(pki.root().certificate()));
  }

  @AfterEach
  void close() {
    pki.close();
  }

  @Test
  void aCertificateOfTheWrongTimeIsSaidWithTheClock() {
    assertThat(joining(pki.expiredServer(), WebReply.text(200, "")))
        .contains("the certificate of localhost:")
        .contains("has expired by this machine's clock (")
        .contains("renew it, or set the clock");
    assertThat(joining(pki.futureServer(), WebReply.text(200, ""))).contains("is not valid yet");
  }

  @Test
  void aCertificateForAnotherNameOrOfAnotherAuthorityIsSaid() {
    assertThat(joining(pki.server(List.of("proxy.example.com"), List.of()), WebReply.text(200, "")))
        .contains("is for another name: proxy.example.com; write that");
    assertThat(joining(pki.otherServer(), WebReply.text(200, ""))).contains("\"ca_file\" names");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 404, 502})
  void anotherServerIsToldFromACluster(int status) {
    assertThat(joining(pki.server(), WebReply.text(status, "<html>hello</html>")))
        .contains("answers (HTTP " + status + "), but it is no jtsh-cluster");
  }

  @Test
  void aClustersRefusalKeepsItsWords() {
    assertThat(joining(pki.server(), WebReply.error(403, "this token has been used")))
        .isEqualTo("the cluster does not let this agent join: this token has been used");
  }

  @Test
  void aPortWhereNobodyListensAndANameThatNobodyHasAreNamed() throws IOException {
    int unused;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }

    assertThat(joining(new HostPort("localhost", unused)))
        .isEqualTo(
            "joining: nothing answers at localhost:%d; check \"proxy\" and the network"
                .formatted(unused));
    assertThat(joining(new HostPort("no-such-host.invalid", 443)))
        .contains("no such host: no-such-host.invalid");
  }

  private String joining(TlsIdentity identity, WebReply reply) {
    try (FakeWeb web = FakeWeb.start(identity)) {
      web.on(PATH, call -> reply);
      return joining(new HostPort("localhost", web.port()));
    }
  }

  private String joining(HostPort proxy) {
    AgentConfig config =
        new AgentConfig(
            directory.resolve("data"),
            proxy,
            Optional.of(token),
            Optional.of(directory.resolve("ca.pem")),
            List.of());
    Exception failure =
        catchThrowableOfType(
            Exception.class, () -> Joining.join(config, InstantSource.system()).close());
    String said = String.valueOf(failure.getMessage());
    assertThat(said).doesNotContain("PKIX", "java", "Exception", "SSL message", "null");
    return said;
  }
}
