// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.tests.fixtures.FakeClock;
import dev.jtsh.tests.fixtures.TestPki;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Attack 31: what waits for an approval is bounded, in requests and in bytes. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class Attack31QueueLimitsIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int REQUESTS_MAX = 256;
  private static final int MORE = 20;
  private static final int BODY_BYTES = 400 * 1024;
  private static final int BODIES = 4;

  private final CompletableFuture<TlsIdentity> approval = new CompletableFuture<>();
  private TestPki pki;
  private FakeCluster cluster;
  private ProxyUnderTest proxy;

  @BeforeEach
  void start() throws Exception {
    pki = new TestPki();
    cluster = new FakeCluster(pki, List.of("h2"));
    proxy =
        new ProxyUnderTest(
            pki,
            cluster.dialer(),
            KubeProxyConfig.onPort(0),
            name -> approval,
            new FakeClock(Instant.now()));
  }

  @AfterEach
  void stop() {
    proxy.close();
    cluster.close();
    pki.close();
  }

  /** One that has its connection already: Java's would open one for each request else. */
  private HttpClient connected() throws Exception {
    HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_2);
    assertThat(
            client
                .send(
                    proxy.request(RequestDesk.OWN_PATHS).timeout(LIMIT).build(),
                    BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(404);
    return client;
  }

  @Test
  void requestsBeyondTheBoundAreRefusedAtOnceAndTheOthersGoOn() throws Exception {
    List<HttpClient> clients = new ArrayList<>();
    try {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        clients.add(connected());
      }
      CountDownLatch refused = new CountDownLatch(MORE);
      for (int i = 0; i < REQUESTS_MAX + MORE; i++) {
        CompletableFuture<HttpResponse<String>> answer =
            clients
                .get(i % clients.size())
                .sendAsync(
                    proxy.request("/version").timeout(LIMIT).build(), BodyHandlers.ofString());
        answers.add(answer);
        answer.whenComplete((given, failure) -> refused.countDown());
      }
      // Those beyond the bound are answered while the others wait.
      assertThat(refused.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        if (answer.isDone()) {
          assertThat(answer.join().statusCode()).isEqualTo(429);
          assertThat(answer.join().body()).contains("jtsh: too many requests are waiting");
        }
      }
      approval.complete(pki.client("alice"));

      int served = 0;
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        served += answer.get(60, TimeUnit.SECONDS).statusCode() == 200 ? 1 : 0;
      }
      assertThat(served).isEqualTo(REQUESTS_MAX);
    } finally {
      clients.forEach(HttpClient::close);
    }
  }

  @Test
  void bodiesBeyondTheBoundAreRefusedAndTheOthersGoOn() throws Exception {
    try (HttpClient client = connected()) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < BODIES; i++) {
        answers.add(
            client.sendAsync(
                proxy
                    .request("/sink")
                    .timeout(LIMIT)
                    .POST(BodyPublishers.ofByteArray(new byte[BODY_BYTES]))
                    .build(),
                BodyHandlers.ofString()));
      }
      CompletableFuture.anyOf(answers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        if (answer.isDone()) {
          assertThat(answer.join().statusCode()).isEqualTo(429);
        }
      }
      approval.complete(pki.client("alice"));

      List<Integer> codes = new ArrayList<>();
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        codes.add(answer.get(60, TimeUnit.SECONDS).statusCode());
      }
      assertThat(codes).contains(200, 429).containsOnly(200, 429);
    }
  }
}
