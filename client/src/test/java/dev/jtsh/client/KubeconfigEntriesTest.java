// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeconfigEntriesTest {
  private static final ProxyAddress PROXY = ProxyAddress.parse("proxy.example.com:443");

  /** As tsh writes it, beside a cluster of the user's own. */
  private static final String CONFIG =
      """
      apiVersion: v1
      kind: Config
      current-context: root-kube1
      preferences: {colors: true}
      clusters:
      - name: own
        cluster: {server: "https://own.example.com", certificate-authority-data: "MTIz"}
      - name: root
        cluster: {server: "https://proxy.example.com:443"}
      contexts:
      - name: own
        context: {cluster: own, user: own, namespace: "1"}
      - name: root-kube1
        context:
          cluster: root
          user: root-kube1
          extensions:
          - {name: teleport.kube.name, extension: kube1}
          - {name: teleport-prev-selec-ctx, extension: own}
      - name: root-kube2
        context: {cluster: root, user: root-kube2}
      users:
      - name: own
        user: {token: "true", unknown-key: [1, 2]}
      - name: root-kube1
        user:
          exec:
            apiVersion: client.authentication.k8s.io/v1beta1
            command: /usr/local/bin/tsh
            args: [kube, credentials, --kube-cluster=kube1, --teleport-cluster=root, \
      --proxy=proxy.example.com:443]
      - name: root-kube2
        user:
          exec:
            command: /usr/bin/jtsh
            args: [kube, credentials, --kube-cluster=kube2, --teleport-cluster=root]
      """;

  @TempDir private Path directory;
  private Path file = Path.of("unset");

  @BeforeEach
  void writeConfig() throws IOException {
    file = directory.resolve("config");
    Files.writeString(file, CONFIG);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
  }

  @Test
  void logoutRemovesOursAndKeepsTheRest() throws Exception {
    int removed = new KubeconfigEntries(List.of(file)).removeFor(PROXY, "root");

    assertThat(removed).isEqualTo(5);
    assertThat(Files.readString(file))
        .doesNotContain("root", "proxy.example.com", "tsh")
        .contains("https://own.example.com", "unknown-key", "colors: true");
  }

  @Test
  void earlierContextIsCurrentAgain() throws Exception {
    new KubeconfigEntries(List.of(file)).removeFor(PROXY, "root");

    assertThat(Files.readString(file)).contains("current-context: own");
  }

  @Test
  void textThatLooksLikeANumberOrATruthStaysText() throws Exception {
    new KubeconfigEntries(List.of(file)).removeFor(PROXY, "root");

    assertThat(Files.readString(file)).contains("namespace: \"1\"", "token: \"true\"");
  }

  @Test
  void contextThatIsGoneIsNotMadeCurrent() throws Exception {
    Files.writeString(file, CONFIG.replace("extension: own", "extension: gone"));

    new KubeconfigEntries(List.of(file)).removeFor(PROXY, "root");

    assertThat(Files.readString(file)).containsPattern("current-context: (\"\"|'')");
  }

  @Test
  void currentContextOfTheUserIsLeftAlone() throws Exception {
    Files.writeString(file, CONFIG.replace("current-context: root-kube1", "current-context: own"));

    new KubeconfigEntries(List.of(file)).removeFor(PROXY, "root");

    assertThat(Files.readString(file)).contains("current-context: own");
  }

  @Test
  void otherProxysEntriesStayAndTheFileIsNotTouched() throws Exception {
    int removed =
        new KubeconfigEntries(List.of(file))
            .removeFor(ProxyAddress.parse("other.example.com:443"), "other");

    assertThat(removed).isZero();
    assertThat(Files.readString(file)).isEqualTo(CONFIG);
  }

  @Test
  void clusterThatAnotherContextUsesStays() throws Exception {
    Files.writeString(
        file, CONFIG.replace("{cluster: own, user: own", "{cluster: root, user: own"));

    new KubeconfigEntries(List.of(file)).removeFor(PROXY, "root");

    assertThat(Files.readString(file)).contains("https://proxy.example.com:443");
  }

  @Test
  void symbolicLinkAndModeSurvive() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);

    new KubeconfigEntries(List.of(link)).removeFor(PROXY, "root");

    assertThat(link).isSymbolicLink();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    assertThat(Files.readString(file)).doesNotContain("root-kube1");
  }

  @Test
  void nothingIsLeftBeside() throws Exception {
    new KubeconfigEntries(List.of(file)).removeFor(PROXY, "root");

    try (var entries = Files.list(directory)) {
      assertThat(entries).containsExactly(file);
    }
  }

  @Test
  void brokenYamlIsSaidAndNotTouched() throws Exception {
    Files.writeString(file, "users: [unclosed");

    assertThatThrownBy(() -> new KubeconfigEntries(List.of(file)).removeFor(PROXY, "root"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
    assertThat(Files.readString(file)).isEqualTo("users: [unclosed");
  }

  @Test
  void filesOfTheEnvironmentAreAllLookedAt() throws Exception {
    Path second = Files.writeString(directory.resolve("second"), CONFIG);
    String named = file + ":" + second + ":" + directory.resolve("missing");

    KubeconfigEntries.ofEnvironment(Map.of("KUBECONFIG", named), directory)
        .removeFor(PROXY, "root");

    assertThat(Files.readString(file)).doesNotContain("root-kube1");
    assertThat(Files.readString(second)).doesNotContain("root-kube1");
  }
}
