// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.LeafRequest;
import dev.jtsh.pki.Pem;
import dev.jtsh.tests.fixtures.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the agent's kubeconfig leads. */
class KubeconfigTest {
  private final TestPki pki = new TestPki();
  @TempDir Path directory;
  private String key = "";
  private String certificate = "";

  @BeforeEach
  void makeKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    KeyPair pair = generator.generateKeyPair();
    byte[] der = pair.getPrivate().getEncoded();
    key =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(der)
            + "\n-----END PRIVATE KEY-----\n";
    certificate =
        Pem.encode(
            pki.root()
                .issueLeaf(
                    new LeafRequest(
                        "agent", List.of(), List.of(), List.of(LeafRequest.Purpose.CLIENT)),
                    pair.getPublic(),
                    Instant.now().minusSeconds(60),
                    Instant.now().plusSeconds(600)));
  }

  @AfterEach
  void close() {
    pki.close();
  }

  private static String data(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private Path write(String cluster, String user) throws IOException {
    Path file = directory.resolve("kubeconfig");
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        current-context: one
        contexts:
        - name: one
          context: {cluster: c, user: u}
        clusters:
        - name: c
          cluster:
        %s
        users:
        - name: u
          user:
        %s
        """
            .formatted(cluster.indent(4), user.indent(4)));
    return file;
  }

  private String cluster() {
    return "server: https://127.0.0.1:6443\ncertificate-authority-data: "
        + data(Pem.encode(pki.root().certificate()));
  }

  @Test
  void keyInsideTheFileBecomesAHeldKey() throws Exception {
    KubernetesTarget target =
        Kubeconfig.read(
            write(
                cluster(),
                "client-certificate-data: %s\nclient-key-data: \"%s\""
                    .formatted(data(certificate), data(key))));
    assertThat(target.host()).isEqualTo("127.0.0.1");
    assertThat(target.port()).isEqualTo(6443);
    HeldKey held = requireNonNull(target.identity()).key();
    assertThat(held.privateKey().getEncoded()).isNull();
    held.close();
  }

  @Test
  void filesBesideItAreFound() throws Exception {
    Files.writeString(directory.resolve("agent.key"), key);
    Files.writeString(directory.resolve("agent.crt"), certificate);
    KubernetesTarget target =
        Kubeconfig.read(write(cluster(), "client-certificate: agent.crt\nclient-key: agent.key"));
    requireNonNull(target.identity()).key().close();
  }

  @Test
  void tokenFileIsReadAgainEachTime() throws Exception {
    Path token = directory.resolve("token");
    Files.writeString(token, "first\n");
    KubernetesTarget target = Kubeconfig.read(write(cluster(), "tokenFile: token"));
    assertThat(target.bearer()).contains("first");
    Files.writeString(token, "second\n");
    assertThat(target.bearer()).contains("second");
    assertThat(target.toString()).doesNotContain("first");
  }

  @Test
  void serverThatWouldNotBeVerifiedIsRefused() {
    String unchecked = "insecure-skip-" + "tls-verify: true\n";
    assertThatThrownBy(() -> Kubeconfig.read(write(unchecked + cluster(), "token: t")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("without verification");
    assertThatThrownBy(() -> Kubeconfig.read(write(cluster().replace("https", "http"), "token: t")))
        .hasMessageContaining("https");
    assertThatThrownBy(() -> Kubeconfig.read(write("server: https://127.0.0.1:6443", "token: t")))
        .hasMessageContaining("certificate-authority is missing");
  }
}
