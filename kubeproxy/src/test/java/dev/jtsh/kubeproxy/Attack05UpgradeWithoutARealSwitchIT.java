// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.fixtures.TestPki;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Security rule 5 on the local hop: with a hostile cluster and with a hostile client. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class Attack05UpgradeWithoutARealSwitchIT {
  private static final String EXEC = "/api/v1/namespaces/d/pods/p/exec?command=sh";
  private static TestPki pki;

  @BeforeAll
  static void makeKeys() {
    pki = new TestPki();
  }

  @AfterAll
  static void dropKeys() {
    pki.close();
  }

  private static String upgrade(String method, String path, String protocol) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: "
        + protocol
        + "\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n";
  }

  /** A cluster that gives one answer to whatever comes, and keeps what came. */
  private static final class Hostile implements AutoCloseable {
    final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    final BlockingQueue<Channel> connections = new LinkedBlockingQueue<>();
    final FakeCluster cluster;

    Hostile(String answer) {
      cluster = new FakeCluster(pki, List.of("http/1.1"), channel -> serve(channel, answer));
    }

    private void serve(Channel channel, String answer) {
      connections.add(channel);
      channel
          .pipeline()
          .addLast(
              new SimpleChannelInboundHandler<ByteBuf>() {
                @Override
                protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
                  received.add(bytes.toString(StandardCharsets.ISO_8859_1));
                  if (!answer.isEmpty()) {
                    ctx.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.ISO_8859_1));
                  }
                }
              });
    }

    @Override
    public void close() {
      cluster.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SPDY/3.1", "websocket", "WebSocket"})
  void realSwitchJoinsBothSides(String protocol) throws Exception {
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2", "http/1.1"));
        ProxyUnderTest proxy = new ProxyUnderTest(pki, cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      client.send(upgrade("POST", EXEC, protocol));

      assertThat(client.head())
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("upgrade: " + protocol)
          .contains("x-stream-protocol-version: v4.channel.k8s.io");
      assertThat(client.bytes(8)).isEqualTo("welcome\n");
      client.send("GET /secret HTTP/1.1\r\n\r\n");
      assertThat(client.bytes(24)).isEqualTo("GET /secret HTTP/1.1\r\n\r\n");
      assertThat(cluster.requests).hasSize(1);
    }
  }

  @Test
  void switchedConnectionIsNeverPooled() throws Exception {
    try (FakeCluster cluster = new FakeCluster(pki, List.of("http/1.1"));
        ProxyUnderTest proxy = new ProxyUnderTest(pki, cluster.dialer())) {
      for (int i = 1; i <= 3; i++) {
        try (RawClient client = new RawClient(proxy)) {
          client.send(upgrade("GET", EXEC, "websocket"));
          assertThat(client.head()).startsWith("HTTP/1.1 101 ");
        }
        assertThat(cluster.cancelled.poll(10, TimeUnit.SECONDS)).contains("/exec");
        assertThat(cluster.accepted.get()).isEqualTo(i);
      }
    }
  }

  @Test
  void anotherStatusIsDeliveredByItsLengthAndBothAreClosed() throws Exception {
    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno";
    try (Hostile hostile = new Hostile(answer);
        ProxyUnderTest proxy = new ProxyUnderTest(pki, hostile.cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      client.send(upgrade("GET", EXEC, "websocket"));

      assertThat(client.head()).startsWith("HTTP/1.1 200 ").contains("connection: close");
      assertThat(client.bytes(2)).isEqualTo("no");
      try {
        client.send("GET /secret HTTP/1.1\r\nHost: x\r\n\r\n");
      } catch (java.io.IOException e) {
        // Closed already.
      }
      assertThat(client.rest()).isEmpty();
      assertThat(hostile.connections.remove().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(hostile.received).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nX",
        "HTTP/1.1 101 Switching Protocols\r\n\r\nX",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      })
  void answerThatIsNoSwitchIsNotPassedOn(String answer) throws Exception {
    try (Hostile hostile = new Hostile(answer);
        ProxyUnderTest proxy = new ProxyUnderTest(pki, hostile.cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      client.send(upgrade("GET", EXEC, "websocket"));

      assertThat(client.head()).startsWith("HTTP/1.1 502 ");
      assertThat(client.rest()).contains("\"kind\":\"Status\"");
      assertThat(hostile.connections.remove().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void switchNobodyAskedForIsNotPassedOn() throws Exception {
    String answer =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    try (Hostile hostile = new Hostile(answer);
        ProxyUnderTest proxy = new ProxyUnderTest(pki, hostile.cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      client.send("GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

      assertThat(client.head()).startsWith("HTTP/1.1 502 ");
      assertThat(client.rest()).contains("\"kind\":\"Status\"");
      assertThat(hostile.connections.remove().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void bytesBeforeTheSwitchCloseTheConnection() throws Exception {
    try (Hostile silent = new Hostile("");
        ProxyUnderTest proxy = new ProxyUnderTest(pki, silent.cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      client.send(upgrade("GET", EXEC, "websocket"));
      assertThat(silent.received.poll(10, TimeUnit.SECONDS)).contains("/exec");
      client.send("GET /secret HTTP/1.1\r\nHost: x\r\n\r\n");

      assertThat(client.rest()).isEmpty();
      assertThat(silent.connections.remove().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(silent.received).isEmpty();
    }
  }

  @Test
  void bytesThatComeTogetherWithTheRequestCloseTheConnection() throws Exception {
    String answer =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    try (Hostile willing = new Hostile(answer);
        ProxyUnderTest proxy = new ProxyUnderTest(pki, willing.cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      // No whole request follows, only the beginning of one.
      client.send(upgrade("GET", EXEC, "websocket") + "GET /sec");

      assertThat(client.rest()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /api/v1/namespaces/d/pods",
        "GET /version",
        "GET /api/v1/namespaces/d/pods/p/log",
        "DELETE " + EXEC,
        "GET /api/v1/namespaces/d/pods/../pods/p/exec",
      })
  void ordinaryPathIsNotSwitched(String request) throws Exception {
    String[] parts = request.split(" ");
    try (Hostile hostile = new Hostile("");
        ProxyUnderTest proxy = new ProxyUnderTest(pki, hostile.cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      client.send(upgrade(parts[0], parts[1], "websocket"));

      assertThat(client.head()).startsWith("HTTP/1.1 400 ").contains("connection: close");
      assertThat(hostile.received).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2c", "TLS/1.0", "websocket, h2c"})
  void otherProtocolIsNotSwitchedTo(String protocol) throws Exception {
    try (Hostile hostile = new Hostile("");
        ProxyUnderTest proxy = new ProxyUnderTest(pki, hostile.cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      client.send(upgrade("GET", EXEC, protocol));

      assertThat(client.head()).startsWith("HTTP/1.1 400 ");
      assertThat(hostile.received).isEmpty();
    }
  }
}
