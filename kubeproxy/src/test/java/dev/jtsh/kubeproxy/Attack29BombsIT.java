// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static dev.jtsh.kubeproxy.ProxyUnderTest.PROD;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.fixtures.TestPki;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** More than anybody needs, of everything: what it may cost is bounded, and others are served. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class Attack29BombsIT {
  private static final long GIBIBYTE = 1L << 30;
  private static final int WINDOWS_AND_SOCKETS = 40_000_000;
  private static TestPki pki;
  private static FakeCluster cluster;
  private static ProxyUnderTest proxy;

  @BeforeAll
  static void start() throws Exception {
    pki = new TestPki();
    cluster = new FakeCluster(pki, List.of("h2", "http/1.1"));
    proxy = new ProxyUnderTest(pki, cluster.dialer());
  }

  @AfterAll
  static void stop() {
    proxy.close();
    cluster.close();
    pki.close();
  }

  private static void assertOthersAreServed() throws Exception {
    try (HttpClient client = proxy.client(PROD, Version.HTTP_2)) {
      assertThat(client.send(proxy.request("/version").build(), BodyHandlers.ofString()).body())
          .contains("/version");
    }
  }

  /** A connection that has agreed on HTTP/2 and said no more than the preface. */
  private static SSLSocket http2() throws IOException {
    SSLSocket socket = proxy.socket(PROD);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.getOutputStream().write(RawHttp2.PREFACE.getBytes(US_ASCII));
    socket.getOutputStream().write(RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, new byte[0]));
    return socket;
  }

  /** Sends until the other side has had enough; fails if it never has. */
  private static void sendUntilCutOff(SSLSocket socket, byte[] again, int times) {
    try {
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < times; i++) {
        out.write(again);
      }
      out.flush();
      byte[] buffer = new byte[4096];
      while (socket.getInputStream().read(buffer) >= 0) {
        // What it says before it closes.
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the connection was not cut off", e);
    } catch (IOException e) {
      // Cut off.
    }
  }

  @Test
  void headersThatNeverEndCutTheConnectionOff() throws Exception {
    cluster.requests.clear();
    try (SSLSocket socket = http2()) {
      socket
          .getOutputStream()
          .write(RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, RawHttp2.get()));
      sendUntilCutOff(socket, RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, new byte[0]), 100_000);
    }
    assertThat(cluster.requests).isEmpty();
    assertOthersAreServed();
  }

  /** One long value is put into the table once, then named by one byte each time. */
  @Test
  void compressedHeaderBombIsNotUnpacked() throws Exception {
    cluster.requests.clear();
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(RawHttp2.get());
    block.write(0x40); // A new name, to be remembered.
    block.write(10);
    block.writeBytes("user-agent".getBytes(US_ASCII));
    block.write(0x7f); // A length of 127 and what the next bytes say.
    block.write(0xc1);
    block.write(0x16);
    block.writeBytes("a".repeat(127 + 0x41 + (0x16 << 7)).getBytes(US_ASCII));
    block.writeBytes(new byte[] {(byte) 0xbe}); // The first of the table.
    for (int i = 0; i < 10_000; i++) {
      block.write(0xbe);
    }
    long before = usedDirect();
    try (SSLSocket socket = http2()) {
      byte[] frame =
          RawHttp2.frame(
              RawHttp2.HEADERS, RawHttp2.END_STREAM | RawHttp2.END_HEADERS, 1, block.toByteArray());
      socket.getOutputStream().write(frame);
      String answer = answerTo(socket);
      assertThat(answer).isIn("431", "reset", "cut off");
    }
    assertThat(usedDirect() - before).isLessThan(WINDOWS_AND_SOCKETS);
    assertThat(cluster.requests).isEmpty();
    assertOthersAreServed();
  }

  private static String answerTo(SSLSocket socket) throws Exception {
    socket.setSoTimeout(10_000);
    byte[] header = new byte[RawHttp2.HEADER_SIZE];
    try {
      while (socket.getInputStream().readNBytes(header, 0, header.length) == header.length) {
        int length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
        byte[] payload = socket.getInputStream().readNBytes(length);
        if (header[3] == 3 || header[3] == RawHttp2.GO_AWAY) {
          return "reset";
        }
        if (header[3] == RawHttp2.HEADERS) {
          return String.valueOf(
              new DefaultHttp2HeadersDecoder()
                  .decodeHeaders(1, Unpooled.wrappedBuffer(payload))
                  .status());
        }
      }
    } catch (java.net.SocketTimeoutException e) {
      return "nothing";
    } catch (IOException e) {
      return "cut off";
    }
    return "cut off";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001",
        "random"
      })
  void whatIsNotTlsIsClosed(String bytes) throws Exception {
    byte[] garbage = bytes.getBytes(ISO_8859_1);
    if (bytes.equals("random")) {
      garbage = new byte[100_000];
      new Random(29).nextBytes(garbage);
    }
    for (int i = 0; i < 20; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
        socket.setSoTimeout(20_000);
        try {
          socket.getOutputStream().write(garbage);
          socket.shutdownOutput();
          socket.getInputStream().readAllBytes();
        } catch (java.net.SocketTimeoutException e) {
          throw new AssertionError("not closed", e);
        } catch (IOException e) {
          // Reset: closed as well.
        }
      }
    }
    proxy.awaitConnections(0);
    assertOthersAreServed();
  }

  @Test
  void tenThousandConnectionsAreBounded() throws Exception {
    int most = KubeProxyConfig.onPort(0).maxConnections();
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), proxy.port());
    long before = usedDirect();
    List<SocketChannel> open = new ArrayList<>();
    try {
      for (int i = 0; i < 10_000; i++) {
        open.add(SocketChannel.open(address));
        assertThat(proxy.proxy.connections()).isLessThanOrEqualTo(most);
      }
      assertThat(usedDirect() - before).isLessThan(64 * 1024 * 1024);
    } finally {
      for (SocketChannel channel : open) {
        channel.close();
      }
    }
    proxy.awaitConnections(0);
    assertOthersAreServed();
  }

  @ParameterizedTest
  @CsvSource({"h1,h1", "h1,h2", "h2,h1", "h2,h2"})
  void gibibyteForAClusterThatTakesNothingStaysWithTheClient(String front, String upstream)
      throws Exception {
    List<String> protocols = upstream.equals("h2") ? List.of("h2") : List.of("http/1.1");
    AtomicLong taken = new AtomicLong();
    try (FakeCluster stalled = new FakeCluster(pki, protocols);
        ProxyUnderTest between = new ProxyUnderTest(pki, stalled.dialer())) {
      HttpClient client =
          between.client(PROD, front.equals("h2") ? Version.HTTP_2 : Version.HTTP_1_1);
      long before = usedDirect();
      CompletableFuture<HttpResponse<String>> answer =
          client.sendAsync(
              between
                  .request("/stall")
                  .POST(
                      BodyPublishers.fromPublisher(
                          BodyPublishers.ofInputStream(
                              () -> new StreamingIT.Zeros(GIBIBYTE, taken)),
                          GIBIBYTE))
                  .build(),
              BodyHandlers.ofString());

      FakeKube receiver = requireNonNull(stalled.watching.poll(10, TimeUnit.SECONDS));
      assertThat(StreamingIT.settled(taken::get)).isLessThan(WINDOWS_AND_SOCKETS);
      assertThat(usedDirect() - before).isLessThan(WINDOWS_AND_SOCKETS);
      answer.cancel(true);
      client.shutdownNow();
      receiver.readOn(); // The fake lets go of what it holds.
    }
  }

  private static long usedDirect() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }
}
