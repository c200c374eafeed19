// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.Pem;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The kubeconfig as the real kubectl reads it. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class KubeconfigIT {
  private static final KubeClusterName PROD = new KubeClusterName("prod");
  private static final KubeClusterName TEST = new KubeClusterName("test_2.x");
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 41023);

  private static String text(SecretBuffer buffer) {
    return new String(buffer.segment().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private static JsonNode viewedByKubectl(Path directory, KubeconfigWriter writer)
      throws Exception {
    Path file = directory.resolve("config");
    try (SecretBuffer yaml = writer.write()) {
      Files.writeString(file, text(yaml));
    }
    Process kubectl =
        new ProcessBuilder(
                "kubectl", "config", "view", "--raw", "-o", "json", "--kubeconfig", file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    byte[] out = kubectl.getInputStream().readAllBytes();
    assertThat(kubectl.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(kubectl.exitValue()).isZero();
    return new JsonMapper().readTree(out);
  }

  @Test
  void kubectlReadsWhatWasMeant(@TempDir Path directory) throws Exception {
    try (LocalCredentials credentials = credentials()) {
      List<KubeconfigContext> contexts =
          KubeconfigContext.named(
              KubeconfigContext.DEFAULT_TEMPLATE,
              new KubeClusterName("teleport.example"),
              List.of(PROD, TEST));
      JsonNode config =
          viewedByKubectl(
              directory,
              new KubeconfigWriter(credentials, ADDRESS, contexts)
                  .currentContext("teleport.example-test_2.x")
                  .namespace(Optional.of("web"))
                  .impersonate(Optional.of("bob \"the\" builder: #1"), List.of("dev", "é- x\n")));

      assertThat(config.at("/current-context").asText()).isEqualTo("teleport.example-test_2.x");
      assertThat(config.at("/contexts/0/name").asText()).isEqualTo("teleport.example-prod");
      assertThat(config.at("/contexts/1/context/namespace").asText()).isEqualTo("web");
      assertThat(config.at("/clusters/1/cluster/server").asText())
          .isEqualTo("https://127.0.0.1:41023/kube/test_2.x");
      assertThat(config.at("/clusters/0/cluster/certificate-authority-data").asText())
          .isEqualTo(base64(Pem.encode(credentials.authority())));
      JsonNode user = config.at("/users/1/user");
      assertThat(user.get("client-certificate-data").asText())
          .isEqualTo(base64(Pem.encode(credentials.client(TEST))));
      assertThat(user.get("client-key-data").asText())
          .isEqualTo(base64(text(credentials.clientKeyPem())));
      assertThat(user.get("as").asText()).isEqualTo("bob \"the\" builder: #1");
      assertThat(user.at("/as-groups/1").asText()).isEqualTo("é- x\n");
      assertThat(config.toString())
          .doesNotContain("exec\"", "proxy-url", "tls-server-name", "insecure");
    }
  }

  @Test
  void kubectlReachesTheClusterThroughTheProxy(@TempDir Path directory) throws Exception {
    try (dev.jtsh.tests.fixtures.TestPki pki = new dev.jtsh.tests.fixtures.TestPki();
        FakeCluster cluster = new FakeCluster(pki, List.of("h2", "http/1.1"));
        ProxyUnderTest proxy = new ProxyUnderTest(pki, cluster.dialer())) {
      Path file = directory.resolve("config");
      KubeconfigWriter writer =
          new KubeconfigWriter(
              proxy.credentials, proxy.proxy.address(), List.of(new KubeconfigContext("it", PROD)));
      try (SecretBuffer yaml = writer.write()) {
        Files.writeString(file, text(yaml));
      }
      Process kubectl =
          new ProcessBuilder("kubectl", "get", "--raw", "/version", "--kubeconfig", file.toString())
              .redirectErrorStream(true)
              .start();
      String out = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(kubectl.waitFor()).as(out).isZero();
      assertThat(out).contains("\"path\":\"/version\"", "CN=alice on prod");
    }
  }

  @Test
  void fiveHundredKubeClustersFit(@TempDir Path directory) throws Exception {
    List<KubeClusterName> names =
        IntStream.range(0, 500).mapToObj(i -> new KubeClusterName("cluster-" + i)).toList();
    Instant now = Instant.now();
    try (LocalCredentials credentials = LocalCredentials.create(names, now, now.plusSeconds(600))) {
      List<KubeconfigContext> contexts =
          KubeconfigContext.named(KubeconfigContext.DEFAULT_TEMPLATE, PROD, names);
      JsonNode config =
          viewedByKubectl(directory, new KubeconfigWriter(credentials, ADDRESS, contexts));

      assertThat(config.get("users")).hasSize(500);
      assertThat(config.at("/users/499/user/client-key-data").asText())
          .isEqualTo(base64(text(credentials.clientKeyPem())));
    }
  }

  @Test
  void severalKubeClustersNeedNamesThatDiffer() {
    assertThatThrownBy(() -> KubeconfigContext.named("{{.ClusterName}}", PROD, List.of(PROD, TEST)))
        .hasMessageContaining("{{.KubeName}}");
    assertThat(KubeconfigContext.named("only", PROD, List.of(TEST)))
        .containsExactly(new KubeconfigContext("only", TEST));
  }

  private static LocalCredentials credentials() {
    Instant now = Instant.now();
    return LocalCredentials.create(List.of(PROD, TEST), now, now.plusSeconds(600));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
