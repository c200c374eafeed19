// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.fixtures.TestPki;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way of asking, over each pair of protocols on the two sides. */
@Timeout(60)
class StreamingIT {
  private static final int BIG = 20_000_000;
  private static TestPki pki;

  @BeforeAll
  static void makeKeys() {
    pki = new TestPki();
  }

  @AfterAll
  static void dropKeys() {
    pki.close();
  }

  /** A cluster, a proxy and a client of it. */
  private static final class Stage implements AutoCloseable {
    final FakeCluster cluster;
    final ProxyUnderTest proxy;
    final HttpClient client;

    Stage(String front, String upstream) throws Exception {
      cluster =
          new FakeCluster(
              pki, upstream.equals("h2") ? List.of("h2", "http/1.1") : List.of("http/1.1"));
      proxy = new ProxyUnderTest(pki, cluster.dialer());
      client =
          proxy.client(ProxyUnderTest.PROD, front.equals("h2") ? Version.HTTP_2 : Version.HTTP_1_1);
    }

    HttpResponse<String> get(String path) throws Exception {
      return client.send(proxy.request(path).build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
      client.shutdownNow();
      proxy.close();
      cluster.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void getIsAnsweredByTheClusterAsTheRightUser(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream)) {
      HttpResponse<String> answer = stage.get("/kube/prod/api/v1/namespaces?limit=5");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.version())
          .isEqualTo(front.equals("h2") ? Version.HTTP_2 : Version.HTTP_1_1);
      assertThat(answer.body())
          .contains("\"path\":\"/api/v1/namespaces?limit=5\"")
          .contains("CN=alice on prod");
      assertThat(answer.headers().firstValue("x-answered-by")).hasValue("fake");
      FakeKube.Seen seen = stage.cluster.requests.remove();
      assertThat(seen.protocol()).isEqualTo(upstream.equals("h2") ? "h2" : "http/1.1");
      assertThat(seen.headers().getAll("host"))
          .isEqualTo(List.of("127.0.0.1:" + stage.cluster.port()));
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void manyRequestsShareFewConnections(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream)) {
      for (int i = 0; i < 50; i++) {
        assertThat(stage.get("/version").statusCode()).isEqualTo(200);
      }
      assertThat(stage.cluster.accepted.get()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void bigBodyArrivesWhole(String front, String upstream) throws Exception {
    byte[] body = new byte[BIG];
    new Random(7).nextBytes(body);
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    try (Stage stage = new Stage(front, upstream)) {
      HttpResponse<String> sized =
          stage.client.send(
              stage.proxy.request("/sink").POST(BodyPublishers.ofByteArray(body)).build(),
              BodyHandlers.ofString());
      HttpResponse<String> chunked =
          stage.client.send(
              stage
                  .proxy
                  .request("/sink")
                  .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body)))
                  .build(),
              BodyHandlers.ofString());

      assertThat(sized.body()).isEqualTo(BIG + " " + hash);
      assertThat(chunked.body()).isEqualTo(BIG + " " + hash);
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void bigAnswerWaitsForASlowReader(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream)) {
      HttpResponse<InputStream> answer =
          stage.client.send(
              stage.proxy.request("/bytes/" + BIG).build(), BodyHandlers.ofInputStream());
      long total;
      try (InputStream in = answer.body()) {
        total = in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      assertThat(total).isEqualTo(BIG);
    }
  }
}
