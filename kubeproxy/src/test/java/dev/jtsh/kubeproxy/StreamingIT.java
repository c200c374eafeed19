// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.tests.fixtures.TestPki;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way of asking, over each pair of protocols on the two sides. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
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

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void slowReaderHoldsTheClusterBack(String front, String upstream) throws Exception {
    long huge = 48_000_000L;
    try (Stage stage = new Stage(front, upstream)) {
      HttpResponse<InputStream> answer =
          stage.client.send(
              stage.proxy.request("/bytes/" + huge).build(), BodyHandlers.ofInputStream());
      FakeKube sender = requireNonNull(stage.cluster.watching.poll(10, TimeUnit.SECONDS));

      // What the cluster could send is in socket buffers and windows, and no more comes.
      long left = settled(sender::left);
      assertThat(huge - left).isLessThan(40_000_000L);
      try (InputStream in = answer.body()) {
        assertThat(in.transferTo(OutputStream.nullOutputStream())).isEqualTo(huge);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void slowClusterHoldsTheClientBack(String front, String upstream) throws Exception {
    long huge = 48_000_000L;
    AtomicLong taken = new AtomicLong();
    try (Stage stage = new Stage(front, upstream)) {
      CompletableFuture<HttpResponse<String>> answer =
          stage.client.sendAsync(
              stage
                  .proxy
                  .request("/stall")
                  .POST(BodyPublishers.ofInputStream(() -> new Zeros(huge, taken)))
                  .build(),
              BodyHandlers.ofString());
      FakeKube receiver = requireNonNull(stage.cluster.watching.poll(10, TimeUnit.SECONDS));

      assertThat(settled(taken::get)).isLessThan(40_000_000L);
      receiver.readOn();
      assertThat(answer.get(40, TimeUnit.SECONDS).body()).isEqualTo(Long.toString(huge));
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void watchArrivesEventByEvent(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream)) {
      HttpResponse<InputStream> answer =
          stage.client.send(stage.proxy.request("/watch").build(), BodyHandlers.ofInputStream());
      FakeKube watch = requireNonNull(stage.cluster.watching.poll(10, TimeUnit.SECONDS));
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        for (int i = 0; i < 20; i++) {
          watch.event("event " + i + "\n");
          assertThat(lines.readLine()).isEqualTo("event " + i);
        }
        // Other requests go on meanwhile.
        assertThat(stage.get("/version").statusCode()).isEqualTo(200);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void clientThatWaitsForContinueMayGoOn(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream)) {
      HttpResponse<String> answer =
          stage.client.send(
              stage
                  .proxy
                  .request("/sink")
                  .expectContinue(true)
                  .POST(BodyPublishers.ofString("hello"))
                  .build(),
              BodyHandlers.ofString());

      assertThat(answer.body()).startsWith("5 ");
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2"})
  void continueArrivesBeforeAnyByteOfTheBodyIsSent(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream);
        SSLSocket socket = stage.proxy.socket(ProxyUnderTest.PROD)) {
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      socket
          .getOutputStream()
          .write(
              """
              POST /sink HTTP/1.1\r
              Host: 127.0.0.1:%d\r
              Expect: 100-continue\r
              Content-Length: 5\r
              \r
              """
                  .formatted(stage.proxy.port())
                  .getBytes(StandardCharsets.US_ASCII));

      assertThat(answer.readLine()).isEqualTo("HTTP/1.1 100 Continue");
      assertThat(answer.readLine()).isEmpty();
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
      assertThat(answer.readLine()).isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void compressedAndProtobufBodiesPassAsTheyAre(String front, String upstream) throws Exception {
    byte[] body = new byte[3000];
    new Random(5).nextBytes(body);
    try (Stage stage = new Stage(front, upstream)) {
      HttpResponse<byte[]> answer =
          stage.client.send(
              stage
                  .proxy
                  .request("/echo")
                  .header("content-type", "application/vnd.kubernetes.protobuf")
                  .header("content-encoding", "gzip")
                  .header("accept-encoding", "gzip")
                  .POST(BodyPublishers.ofByteArray(body))
                  .build(),
              BodyHandlers.ofByteArray());

      assertThat(answer.body()).isEqualTo(body);
      assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
      assertThat(answer.headers().firstValue("content-type"))
          .contains("application/vnd.kubernetes.protobuf");
      assertThat(stage.cluster.requests.remove().headers().get("accept-encoding"))
          .isEqualTo("gzip");
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void cancelledRequestIsCancelledInTheCluster(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream)) {
      CompletableFuture<HttpResponse<String>> answer =
          stage.client.sendAsync(stage.proxy.request("/hang").build(), BodyHandlers.ofString());
      assertThat(stage.cluster.watching.poll(10, TimeUnit.SECONDS)).isNotNull();
      stage.cluster.cancelled.clear();
      answer.cancel(true);

      assertThat(stage.cluster.cancelled.poll(10, TimeUnit.SECONDS)).isEqualTo("/hang");
      assertThat(stage.get("/version").statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void answerBrokenOffHalfWayIsNotTakenForWhole(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream)) {
      HttpResponse<InputStream> answer =
          stage.client.send(stage.proxy.request("/half").build(), BodyHandlers.ofInputStream());
      FakeKube half = requireNonNull(stage.cluster.watching.poll(10, TimeUnit.SECONDS));
      try (InputStream in = answer.body()) {
        assertThat(in.readNBytes(9)).asString().isEqualTo("only this");
        half.breakOff();
        assertThatThrownBy(in::read).isInstanceOf(IOException.class);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void earlyAnswerArrivesThoughTheBodyIsNotTaken(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream)) {
      HttpResponse<String> answer =
          stage.client.send(
              stage
                  .proxy
                  .request("/early")
                  .POST(BodyPublishers.ofByteArray(new byte[100_000]))
                  .build(),
              BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(stage.get("/version").statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void headHasALengthAndNoBody(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream)) {
      for (int i = 0; i < 2; i++) {
        HttpResponse<String> answer =
            stage.client.send(
                stage.proxy.request("/version").HEAD().build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
      }
      assertThat(stage.cluster.accepted.get()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void aHundredRequestsAtOnceAreAllAnswered(String front, String upstream) throws Exception {
    try (Stage stage = new Stage(front, upstream)) {
      List<CompletableFuture<HttpResponse<String>>> answers =
          IntStream.range(0, 100)
              .mapToObj(i ->
                  stage.client.sendAsync(
                      stage.proxy.request("/api?n=" + i).build(), BodyHandlers.ofString()))
              .toList();
      for (int i = 0; i < 100; i++) {
        assertThat(answers.get(i).get(20, TimeUnit.SECONDS).body()).contains("/api?n=" + i + "\"");
      }
      if (upstream.equals("h2")) {
        // One for each event loop at most.
        assertThat(stage.cluster.accepted.get()).isLessThanOrEqualTo(2);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"h1", "h2"})
  void trailersOfTheAnswerArrive(String upstream) throws Exception {
    try (Stage stage = new Stage("h1", upstream);
        RawClient client = new RawClient(stage.proxy)) {
      client.send("GET /trailers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

      assertThat(client.head()).startsWith("HTTP/1.1 200 ").contains("transfer-encoding: chunked");
      assertThat(client.rest()).contains("body").endsWith("0\r\nx-end: reached\r\n\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"h1", "h2"})
  void clientThatWritesByteByByteIsServedAndHoldsUpNobody(String upstream) throws Exception {
    String request =
        "POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 64\r\n\r\n" + "b".repeat(64);
    try (Stage stage = new Stage("h1", upstream);
        RawClient slow = new RawClient(stage.proxy)) {
      for (int i = 0; i < request.length(); i++) {
        slow.send(request.substring(i, i + 1));
        if (i % 30 == 0) {
          assertThat(stage.get("/version").statusCode()).isEqualTo(200);
        }
      }

      assertThat(slow.head()).startsWith("HTTP/1.1 200 ");
      assertThat(slow.bytes(3)).isEqualTo("64 ");
    }
  }

  @ParameterizedTest
  @CsvSource({"h1", "h2"})
  void pipelinedRequestsAreAnsweredInTurn(String upstream) throws Exception {
    try (Stage stage = new Stage("h1", upstream);
        RawClient client = new RawClient(stage.proxy)) {
      String one = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
      String two = "POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
      String last = "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      client.send(one + two + last);

      String all = client.rest();
      assertThat(all).contains("\"path\":\"/a\"", "3 ba7816bf", "\"path\":\"/c\"");
      assertThat(all.indexOf("/a")).isLessThan(all.indexOf("ba7816bf"));
      assertThat(all.indexOf("ba7816bf")).isLessThan(all.indexOf("/c"));
    }
  }

  /** The value once it has stopped changing. */
  static long settled(LongSupplier value) throws InterruptedException {
    long last = -1;
    int same = 0;
    for (int i = 0; i < 200 && same < 10; i++) {
      long now = value.getAsLong();
      same = now == last ? same + 1 : 0;
      last = now;
      Thread.sleep(50);
    }
    assertThat(same).as("still changing").isEqualTo(10);
    return last;
  }

  /** Many zero bytes, counted as they are taken. */
  static final class Zeros extends InputStream {
    private final AtomicLong taken;
    private long left;

    Zeros(long size, AtomicLong taken) {
      this.left = size;
      this.taken = taken;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      int size = (int) Math.min(left, length);
      left -= size;
      taken.addAndGet(size);
      return size;
    }
  }
}
