// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.tests.fixtures.FakeClock;
import dev.jtsh.tests.fixtures.TestPki;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the user sees, and what is sent again, when something is not as it should be. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class FailuresIT {
  private static final KubeProxyConfig CONFIG = KubeProxyConfig.onPort(0).withEventLoops(1);
  private TestPki pki;
  private FakeClock clock;

  @BeforeEach
  void makeKeys() {
    pki = new TestPki();
    clock = new FakeClock(Instant.now());
  }

  @AfterEach
  void dropKeys() {
    pki.close();
  }

  private static HttpResponse<String> get(ProxyUnderTest proxy, String path) throws Exception {
    try (HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
      return client.send(proxy.request(path).build(), BodyHandlers.ofString());
    }
  }

  private ProxyUnderTest proxy(UpstreamDialer dialer) throws IOException {
    return new ProxyUnderTest(pki, dialer, CONFIG, null, clock);
  }

  private ProxyUnderTest proxy(FakeCluster cluster, UpstreamIdentity identity) throws IOException {
    return new ProxyUnderTest(pki, cluster.dialer(), CONFIG, identity, clock);
  }

  private UpstreamDialer dialerTo(int port) {
    String name = FakeCluster.SERVER_NAME;
    return new DirectDialer(
        new UpstreamTarget("127.0.0.1", port, name, name, pki.anchors()), Duration.ofSeconds(2));
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void clusterThatIsDownIsSaidInAStatusAndInAWarning() throws Exception {
    try (ProxyUnderTest proxy = proxy(dialerTo(closedPort()))) {
      HttpResponse<String> answer = get(proxy, "/api/v1/pods");

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
      assertThat(answer.body())
          .contains("\"kind\":\"Status\"", "\"code\":503", "jtsh: cannot connect to the proxy");
      assertThat(answer.headers().firstValue("warning").orElse(""))
          .startsWith("299 - \"jtsh: cannot connect");
    }
  }

  @Test
  void kubectlShowsThatTheClusterIsDown(@TempDir Path directory) throws Exception {
    try (ProxyUnderTest proxy = proxy(dialerTo(closedPort()))) {
      Path file = directory.resolve("config");
      KubeconfigWriter writer =
          new KubeconfigWriter(
              proxy.credentials,
              proxy.proxy.address(),
              List.of(new KubeconfigContext("it", ProxyUnderTest.PROD)));
      try (SecretBuffer yaml = writer.write()) {
        Files.write(file, yaml.segment().toArray(ValueLayout.JAVA_BYTE));
      }
      ProcessBuilder kubectl =
          new ProcessBuilder("kubectl", "get", "pods", "--kubeconfig", file.toString());
      kubectl.environment().put("HOME", directory.toString());
      Process running = kubectl.redirectErrorStream(true).start();
      String out = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(running.waitFor()).isNotZero();
      assertThat(out).contains("jtsh: cannot connect to the proxy");
    }
  }

  @Test
  void clusterThatIsAnotherIsNotSpokenTo() throws Exception {
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"))) {
      UpstreamTarget strange =
          new UpstreamTarget(
              "127.0.0.1",
              cluster.port(),
              FakeCluster.SERVER_NAME,
              FakeCluster.SERVER_NAME,
              pki.otherAnchors());
      try (ProxyUnderTest proxy = proxy(new DirectDialer(strange, Duration.ofSeconds(2)))) {
        HttpResponse<String> answer = get(proxy, "/version");

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("no secure connection to the proxy");
        assertThat(cluster.requests).isEmpty();
      }
    }
  }

  @Test
  void clusterThatDoesNotSpeakTlsIsSaidInAStatus() throws Exception {
    byte[] garbage = new byte[4096];
    new Random(7).nextBytes(garbage);
    Thread babbling;
    try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      babbling =
          Thread.startVirtualThread(() -> {
            while (!server.isClosed()) {
              try (Socket one = server.accept()) {
                one.getOutputStream().write(garbage);
              } catch (IOException e) {
                // The proxy has hung up, or the test is over.
              }
            }
          });
      try (ProxyUnderTest proxy = proxy(dialerTo(server.getLocalPort()))) {
        HttpResponse<String> answer = get(proxy, "/version");

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("\"kind\":\"Status\"", "jtsh: ");
      }
    }
    assertThat(babbling.join(Duration.ofSeconds(30))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "http/1.1"})
  void connectionIsNotUsedPastTheEndOfItsCertificate(String alpn) throws Exception {
    BlockingQueue<String> refused = new LinkedBlockingQueue<>();
    TlsIdentity alice = pki.client("alice");
    UpstreamIdentity identity = reporting(alice, refused);
    try (FakeCluster cluster = new FakeCluster(pki, List.of(alpn));
        ProxyUnderTest proxy = proxy(cluster, identity)) {
      assertThat(get(proxy, "/version").statusCode()).isEqualTo(200);
      clock.advance(Duration.ofHours(2));

      HttpResponse<String> answer = get(proxy, "/version");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("has expired: run `jtsh renew`");
      assertThat(refused.poll(30, TimeUnit.SECONDS)).isEqualTo("prod");
      assertThat(cluster.requests).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "http/1.1"})
  void alertOfAnExpiredCertificateIsUnderstood(String alpn) throws Exception {
    BlockingQueue<String> refused = new LinkedBlockingQueue<>();
    UpstreamIdentity identity = reporting(pki.expiredClient("alice"), refused);
    clock.advance(Duration.ofMinutes(-30)); // Our clock is late: only the cluster knows.
    try (FakeCluster cluster = new FakeCluster(pki, List.of(alpn));
        ProxyUnderTest proxy = proxy(cluster, identity)) {
      HttpResponse<String> answer = get(proxy, "/version");

      assertThat(answer.body()).contains("has expired: run `jtsh renew`", "clock");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(refused.poll(30, TimeUnit.SECONDS)).isEqualTo("prod");
      assertThat(cluster.requests).isEmpty();
    }
  }

  private static UpstreamIdentity reporting(TlsIdentity identity, BlockingQueue<String> refused) {
    return new UpstreamIdentity() {
      @Override
      public CompletionStage<TlsIdentity> identityFor(String kubeCluster) {
        return CompletableFuture.completedFuture(identity);
      }

      @Override
      public void refused(String kubeCluster, TlsIdentity which) {
        refused.add(kubeCluster);
      }
    };
  }

  @Test
  void newIdentityGetsNewConnectionsWhileOldStreamsLiveOn() throws Exception {
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy = proxy(cluster.dialer());
        HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_2)) {
      HttpResponse<java.io.InputStream> watch =
          client.send(proxy.request("/watch").build(), BodyHandlers.ofInputStream());
      FakeKube events = requireNonNull(cluster.watching.poll(10, TimeUnit.SECONDS));
      proxy.identities.put("prod", pki.client("alice renewed"));

      HttpResponse<String> answer =
          client.send(proxy.request("/version").build(), BodyHandlers.ofString());
      assertThat(answer.body()).contains("CN=alice renewed");
      events.event("x");
      assertThat(watch.body().read()).isEqualTo('x');
      watch.body().close();
    }
  }

  @Test
  void missingIdentityIsSaidInItsOwnWords() throws Exception {
    UpstreamIdentity none =
        name ->
            CompletableFuture.failedFuture(
                new IdentityUnavailableException(403, SafeText.literal("denied by the approver")));
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy = proxy(cluster, none)) {
      HttpResponse<String> answer = get(proxy, "/api/v1/pods");

      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.body()).contains("denied by the approver", "\"reason\":\"Forbidden\"");
    }
  }

  @Test
  void identityThatCannotBeAskedForIsAFailureOfTheRequestOnly() throws Exception {
    UpstreamIdentity broken =
        name -> {
          throw new IllegalStateException("the session is over");
        };
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy = proxy(cluster, broken)) {
      HttpResponse<String> answer = get(proxy, "/api/v1/pods");

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("the session is over");
    }
  }

  @Test
  void identityThatNeverComesIsAnsweredAndFreesItsPlace() throws Exception {
    KubeProxyConfig config =
        new KubeProxyConfig(
            0,
            1,
            16,
            16,
            64 * 1024,
            1,
            4,
            64 * 1024,
            Duration.ofSeconds(5),
            Duration.ofMillis(50),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(15));
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy =
            new ProxyUnderTest(
                pki, cluster.dialer(), config, name -> new CompletableFuture<>(), clock)) {
      for (int i = 0; i < 3; i++) {
        HttpResponse<String> answer = get(proxy, "/api/v1/pods");
        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body()).contains("run `jtsh renew`", "\"reason\":\"Timeout\"");
      }
    }
  }

  @Test
  void requestWaitsForItsIdentity() throws Exception {
    CompletableFuture<TlsIdentity> later = new CompletableFuture<>();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy =
            proxy(
                cluster,
                name -> {
                  asked.complete(null);
                  return later;
                });
        HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_2)) {
      CompletableFuture<HttpResponse<String>> answer =
          client.sendAsync(
              proxy.request("/sink").POST(BodyPublishers.ofString("body")).build(),
              BodyHandlers.ofString());
      asked.get(10, TimeUnit.SECONDS);
      later.complete(pki.client("alice"));

      assertThat(answer.get(10, TimeUnit.SECONDS).body()).startsWith("4 ");
    }
  }

  @Test
  void attack31ChangeThatWaitedTooLongIsNotMade() throws Exception {
    CompletableFuture<TlsIdentity> later = new CompletableFuture<>();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    Duration none = Duration.ZERO;
    KubeProxyConfig config =
        CONFIG.withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(30), none, none.plusHours(1));
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy =
            new ProxyUnderTest(
                pki,
                cluster.dialer(),
                config,
                name -> {
                  asked.complete(null);
                  return later;
                },
                InstantSource.system());
        HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
      CompletableFuture<HttpResponse<String>> answer =
          client.sendAsync(
              proxy.request("/api/v1/pods/x").DELETE().build(), BodyHandlers.ofString());
      asked.get(10, TimeUnit.SECONDS);
      later.complete(pki.client("alice"));

      assertThat(answer.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(504);
      assertThat(answer.join().body()).contains("was not made");
      assertThat(cluster.requests).isEmpty();
    }
  }

  @Test
  void attack31RequestWhoseClientHasGoneIsNotMade() throws Exception {
    CompletableFuture<TlsIdentity> later = new CompletableFuture<>();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy =
            proxy(
                cluster,
                name -> {
                  asked.complete(null);
                  return later;
                })) {
      try (RawClient client = new RawClient(proxy)) {
        client.send("DELETE /api/v1/namespaces/gone HTTP/1.1\r\nHost: x\r\n\r\n");
        asked.get(10, TimeUnit.SECONDS);
      }
      // A second client's request is behind the first one's end on the same event loop.
      try (HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
        CompletableFuture<HttpResponse<String>> answer =
            client.sendAsync(proxy.request("/version").build(), BodyHandlers.ofString());
        proxy.awaitConnections(1);
        later.complete(pki.client("alice"));
        assertThat(answer.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      }
      assertThat(cluster.requests).extracting(FakeKube.Seen::uri).containsExactly("/version");
    }
  }

  @Test
  void refusedStreamIsSentAgainEvenForAChange() throws Exception {
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy = proxy(cluster.dialer());
        HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
      HttpResponse<String> answer =
          client.send(proxy.request("/refuse-once").DELETE().build(), BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(cluster.requests).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "http/1.1"})
  void changeThatMayHaveBeenMadeIsNotSentAgain(String alpn) throws Exception {
    try (FakeCluster cluster = new FakeCluster(pki, List.of(alpn));
        ProxyUnderTest proxy = proxy(cluster.dialer());
        HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
      assertThat(get(proxy, "/version").statusCode()).isEqualTo(200);
      HttpResponse<String> answer =
          client.send(proxy.request("/break").DELETE().build(), BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(cluster.requests).extracting(FakeKube.Seen::method).containsOnlyOnce("DELETE");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "http/1.1"})
  void requestsGoOnAfterTheClusterHasDroppedItsConnections(String alpn) throws Exception {
    try (FakeCluster cluster = new FakeCluster(pki, List.of(alpn));
        ProxyUnderTest proxy = proxy(cluster.dialer())) {
      for (int i = 0; i < 5; i++) {
        assertThat(get(proxy, "/version").statusCode()).isEqualTo(200);
        cluster.dropConnections();
      }
    }
  }

  @Test
  void connectionsBeyondTheBoundAreClosed() throws Exception {
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy =
            new ProxyUnderTest(pki, cluster.dialer(), CONFIG.withMaxConnections(1), null, clock)) {
      try (RawClient first = new RawClient(proxy)) {
        first.send("GET /watch HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(first.head()).startsWith("HTTP/1.1 200");
        try (Socket second = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
          second.setSoTimeout(10_000);
          assertThat(second.getInputStream().read()).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void clientThatDoesNotShakeHandsIsClosed() throws Exception {
    KubeProxyConfig config =
        CONFIG.withTimeouts(
            Duration.ofMillis(200),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5));
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy = new ProxyUnderTest(pki, cluster.dialer(), config, null, clock);
        Socket silent = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      silent.setSoTimeout(10_000);
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void portInUseIsSaid() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        LocalCredentials credentials =
            LocalCredentials.create(
                List.of(ProxyUnderTest.PROD), Instant.now(), Instant.now().plusSeconds(60))) {
      KubeProxyConfig config = KubeProxyConfig.onPort(taken.getLocalPort());
      org.assertj.core.api.Assertions.assertThatThrownBy(() ->
              KubeProxy.start(
                  config,
                  credentials,
                  name -> new CompletableFuture<>(),
                  dialerTo(1),
                  InstantSource.system()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
    }
  }
}
