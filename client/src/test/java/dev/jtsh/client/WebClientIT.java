// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.tests.fixtures.FakeClock;
import dev.jtsh.tests.fixtures.TestPki;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.FakeWeb;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WebClientIT {
  private static final HeadlessFactsJson FACTS =
      new HeadlessFactsJson(
          "box", "alice", List.of("kube1"), Map.of(), "", false, "", Duration.ofHours(1));

  private FakeCluster cluster;
  private WebClient client;
  private ProxyAddress proxy;

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start("root", new FakeAuth());
    cluster.web().on("/webapi/ping/headless", call -> WebReply.json(cluster.ping("17.2.0")));
    client =
        new WebClient(
            WebTrust.of(List.of(cluster.webAuthority().certificate())), InstantSource.system());
    proxy = ProxyAddress.parse(cluster.hostPort());
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    cluster.close();
  }

  @Test
  void pingSaysWhatTheClusterIs() throws Exception {
    Discovery discovery = client.discover(List.of(proxy), "headless");

    assertThat(discovery.version().major()).isEqualTo(17);
    assertThat(discovery.ping().auth().allowHeadless()).isTrue();
    assertThat(discovery.jtshCluster()).isFalse();
    discovery.requireHeadless();
    discovery.requireKubernetes();
  }

  @Test
  void recordedPingOfTeleport15IsUnderstood() throws Exception {
    byte[] recorded = Files.readAllBytes(Path.of("src/test/resources/recorded/ping-headless.json"));
    cluster
        .web()
        .on(
            "/webapi/ping/headless",
            call -> WebReply.text(200, new String(recorded, StandardCharsets.UTF_8)));

    Discovery discovery = client.ping(proxy, "headless");

    assertThat(discovery.version().major()).isEqualTo(15);
    assertThat(discovery.version().takesTwoKeys()).isFalse();
    assertThat(discovery.jtshCluster()).isFalse();
    assertThat(discovery.defaultSessionTtl()).isEqualTo(Duration.ofHours(12));
    discovery.requireHeadless();
    discovery.requireKubernetes();
  }

  @Test
  void jtshClusterIsKnownByItsOwnKeyOrVersion() throws Exception {
    cluster.web().on("/webapi/ping", call -> WebReply.json(cluster.ping("17.2.0+jtsh.1")));
    assertThat(client.ping(proxy, "").jtshCluster()).isTrue();

    cluster
        .web()
        .on("/webapi/ping", call -> WebReply.json(Map.of("server_version", "17.0.0", "jtsh", "1")));
    assertThat(client.ping(proxy, "").jtshCluster()).isTrue();
  }

  @Test
  void secondAddressIsTakenWhenTheFirstIsSilent() throws Exception {
    ProxyAddress silent = new ProxyAddress("localhost", unusedPort());

    assertThat(client.discover(List.of(silent, proxy), "headless").proxy()).isEqualTo(proxy);
  }

  @Test
  void addressThatAcceptsAndIsSilentDoesNotHoldTheOtherUp() throws Exception {
    try (var hole = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      ProxyAddress silent = new ProxyAddress("localhost", hole.getLocalPort());

      assertThat(client.discover(List.of(silent, proxy), "headless").proxy()).isEqualTo(proxy);
    }
  }

  @Test
  void whoAnswersBadlySaysMoreThanASilentPort() throws Exception {
    ProxyAddress silent = new ProxyAddress("localhost", unusedPort());

    assertThatThrownBy(() -> client.discover(List.of(silent, proxy), "unknown"))
        .isInstanceOf(ClientException.NotAProxy.class);
  }

  @Test
  void wrongPortIsUnreachable() throws Exception {
    ProxyAddress silent = new ProxyAddress("localhost", unusedPort());

    assertThatThrownBy(() -> client.ping(silent, ""))
        .isInstanceOf(ClientException.Unreachable.class)
        .hasMessageContaining("nothing answers at localhost:" + silent.port());
  }

  @Test
  void wrongNameIsUnreachable() {
    assertThatThrownBy(() -> client.ping(ProxyAddress.parse("no-such-host.invalid:443"), ""))
        .isInstanceOf(ClientException.Unreachable.class)
        .hasMessageContaining("no such host");
  }

  @Test
  void otherWebServerIsNoProxy() {
    cluster.web().on("/webapi/ping", call -> WebReply.text(200, "<html>hello</html>"));

    assertThatThrownBy(() -> client.ping(proxy, "")).isInstanceOf(ClientException.NotAProxy.class);
    assertThatThrownBy(() -> client.ping(proxy, "unknown"))
        .isInstanceOf(ClientException.NotAProxy.class);
  }

  @Test
  void redirectIsNotFollowed() {
    cluster
        .web()
        .on("/webapi/ping", call -> WebReply.text(302, "").with("Location", "https://evil/"));

    assertThatThrownBy(() -> client.ping(proxy, "")).isInstanceOf(ClientException.NotAProxy.class);
    assertThat(cluster.web().calls()).hasSize(1);
  }

  @Test
  void serverWithoutTlsIsNoProxy() throws Exception {
    try (var plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(() -> {
            try (var accepted = plain.accept()) {
              accepted.getInputStream().read();
              accepted
                  .getOutputStream()
                  .write("SSH-2.0-OpenSSH_9\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
              return; // The client has hung up.
            }
          });

      assertThatThrownBy(() -> client.ping(new ProxyAddress("localhost", plain.getLocalPort()), ""))
          .isInstanceOf(ClientException.NotAProxy.class)
          .hasMessageContaining("does not speak TLS");
    }
  }

  @Test
  void unknownConnectorIsRefusedWithTheClustersWords() {
    cluster.web().on("/webapi/ping/x", call -> WebReply.error(400, "invalid connector name: x"));

    assertThatThrownBy(() -> client.ping(proxy, "x"))
        .isInstanceOfSatisfying(
            ClientException.Refused.class,
            refused -> {
              assertThat(refused.kind()).isEqualTo(ErrorKind.BAD_PARAMETER);
              assertThat(refused.reason().toString()).isEqualTo("invalid connector name: x");
            });
  }

  @Test
  void certificateOfAnUnknownAuthorityIsUntrusted() {
    try (var trusting = new WebClient(WebTrust.of(List.of()), InstantSource.system())) {
      assertThatThrownBy(() -> trusting.ping(proxy, ""))
          .isInstanceOfSatisfying(
              ClientException.UntrustedCertificate.class,
              e -> assertThat(e.hint().toString()).contains("--ca-file"));
    }
    assertThat(cluster.web().calls()).isEmpty();
  }

  @Test
  void certificateForAnotherNameIsUntrusted() {
    withServer(
        TestPki::wrongNameServer, ClientException.UntrustedCertificate.class, "another name");
  }

  @Test
  void expiredCertificateIsUntrustedAndNamesTheClock() {
    withServer(TestPki::expiredServer, ClientException.UntrustedCertificate.class, "has expired");
  }

  @Test
  void certificateOfTheFutureMeansOurClockIsSlow() {
    withServer(TestPki::futureServer, ClientException.ClockSkew.class, "is valid from");
  }

  @Test
  void clockMoreThanAMinuteOffIsSaid() {
    var slow = new FakeClock(Instant.now().minusSeconds(90));
    try (var skewed =
        new WebClient(WebTrust.of(List.of(cluster.webAuthority().certificate())), slow)) {
      assertThatThrownBy(() -> skewed.ping(proxy, "headless"))
          .isInstanceOf(ClientException.ClockSkew.class)
          .hasMessageContaining("behind");
    }
  }

  @Test
  void answerWithoutEndIsNotRead() {
    cluster.web().on("/webapi/ping", call -> WebReply.text(200, "x".repeat(3 << 20)));

    assertThatThrownBy(() -> client.ping(proxy, "")).isInstanceOf(ClientException.class);
  }

  @Test
  void foreignWordsAreShownHarmless() {
    cluster
        .web()
        .on("/webapi/ping/x", call -> WebReply.error(400, "\u001b]0;title\u0007 \u202e fine"));

    assertThatThrownBy(() -> client.ping(proxy, "x"))
        .hasMessageContaining("\\u{1b}")
        .hasMessageContaining("\\u{202e}");
  }

  @Test
  void oldServerIsAskedOnTheOldPathInTheOldForm() throws Exception {
    cluster.web().on("/webapi/ping/headless", call -> WebReply.json(cluster.ping("15.0.0-dev")));
    answerLogin("/webapi/ssh/certs");

    headlessLogin();

    HeadlessLoginRequest request =
        cluster.web().calls("/webapi/ssh/certs").getFirst().as(HeadlessLoginRequest.class);
    assertThat(request.pubKey().isEmpty()).isFalse();
    assertThat(request.tlsPubKey().isEmpty()).isTrue();
    assertThat(request.jtsh()).isNull();
    assertThat(cluster.web().calls("/webapi/headless/login")).isEmpty();
  }

  @Test
  void newPathThatIsMissingFallsBackToTheOldOne() throws Exception {
    answerLogin("/webapi/ssh/certs");

    headlessLogin();

    HeadlessLoginRequest first =
        cluster.web().calls("/webapi/headless/login").getFirst().as(HeadlessLoginRequest.class);
    HeadlessLoginRequest second =
        cluster.web().calls("/webapi/ssh/certs").getFirst().as(HeadlessLoginRequest.class);
    assertThat(first.sshPubKey()).isEqualTo(second.pubKey());
    assertThat(first.pubKey().isEmpty()).isTrue();
    assertThat(first.headlessId()).isEqualTo(second.headlessId());
  }

  @Test
  void factsGoToAJtshClusterOnly() throws Exception {
    answerLogin("/webapi/headless/login");
    headlessLogin();
    cluster.web().on("/webapi/ping/headless", call -> WebReply.json(cluster.ping("17.2.0-jtsh")));
    headlessLogin();

    var requests = cluster.web().calls("/webapi/headless/login");
    assertThat(requests.get(0).as(HeadlessLoginRequest.class).jtsh()).isNull();
    assertThat(requests.get(1).as(HeadlessLoginRequest.class).jtsh()).isEqualTo(FACTS);
  }

  @Test
  void gatewaysAnswerIsToldFromTheClusters() {
    for (int status : new int[] {502, 503, 504}) {
      cluster.web().on("/webapi/headless/login", call -> WebReply.text(status, "<html>nginx"));

      assertThatThrownBy(this::headlessLogin).isInstanceOf(ClientException.Gateway.class);
    }
  }

  @Test
  void cutConnectionIsLostAndNothingIsSentTwice() {
    cluster.web().on("/webapi/headless/login", call -> WebReply.CUT);

    assertThatThrownBy(this::headlessLogin).isInstanceOf(ClientException.ConnectionLost.class);
    assertThat(cluster.web().calls("/webapi/headless/login")).hasSize(1);
  }

  @Test
  void trustComesFromTheEnvironmentAndTheCaFile(@TempDir Path directory) throws Exception {
    Path web = directory.resolve("web.pem");
    Path other = directory.resolve("other.pem");
    Files.writeString(web, Pem.encode(cluster.webAuthority().certificate()));
    Files.writeString(other, Pem.encode(cluster.hostAuthority().certificate()));

    assertThat(WebTrust.load(Map.of("SSL_CERT_FILE", web.toString()), Optional.of(other)).anchors())
        .containsExactly(
            cluster.webAuthority().certificate(), cluster.hostAuthority().certificate());
    assertThatThrownBy(() -> WebTrust.load(Map.of(), Optional.of(directory.resolve("missing"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--ca-file")
        .hasMessageContaining("does not exist");
  }

  private SshLoginResponse headlessLogin() throws ClientException {
    try (HeldKey key = HeldKey.generate(KeyKind.P256)) {
      return client.headlessLogin(
          client.ping(proxy, "headless"),
          "alice",
          key.publicKey(),
          "id",
          Duration.ofHours(1),
          FACTS,
          Duration.ofSeconds(20));
    }
  }

  private void answerLogin(String path) {
    cluster
        .web()
        .on(
            path,
            call -> {
              var keys = call.as(HeadlessLoginRequest.class).keys();
              return WebReply.json(
                  cluster.login(cluster.user("alice"), keys.ssh(), Duration.ofMinutes(1), null));
            });
  }

  private interface Choice {
    TlsIdentity of(TestPki pki);
  }

  private static void withServer(
      Choice choice, Class<? extends ClientException> type, String words) {
    try (var pki = new TestPki();
        FakeWeb web = FakeWeb.start(choice.of(pki));
        var client =
            new WebClient(WebTrust.of(List.of(pki.root().certificate())), InstantSource.system())) {
      assertThatThrownBy(() -> client.ping(new ProxyAddress("localhost", web.port()), ""))
          .isInstanceOf(type)
          .hasMessageContaining(words);
    }
  }

  private static int unusedPort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
