// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.fixtures.TestPki;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cluster whose HTTP/2 connections end or fall silent, frame by frame. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class GoAwayIT {
  private static final KubeProxyConfig CONFIG =
      KubeProxyConfig.onPort(0).withEventLoops(1).withQuietAfter(Duration.ofMillis(300));

  private final AtomicInteger connections = new AtomicInteger();
  private final BlockingQueue<Integer> requests = new LinkedBlockingQueue<>();
  private TestPki pki;

  @BeforeEach
  void makeKeys() {
    pki = new TestPki();
  }

  @AfterEach
  void dropKeys() {
    pki.close();
  }

  /** What the peer does with a request. */
  private interface Behaviour {
    /**
     * Answers.
     *
     * @param connection counted from 1
     */
    void request(ChannelHandlerContext ctx, int connection, int stream);
  }

  /** Reads frames; acknowledges nothing unless told to. */
  private final class Peer extends ByteToMessageDecoder {
    private final Behaviour behaviour;
    private final boolean alive;
    private final int number = connections.incrementAndGet();
    private boolean begun;

    Peer(Behaviour behaviour, boolean alive) {
      this.behaviour = behaviour;
      this.alive = alive;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      send(ctx, RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, new byte[0]));
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      if (!begun && in.readableBytes() >= RawHttp2.PREFACE.length()) {
        in.skipBytes(RawHttp2.PREFACE.length());
        begun = true;
      }
      while (begun && in.readableBytes() >= RawHttp2.HEADER_SIZE) {
        int length = in.getUnsignedMedium(in.readerIndex());
        if (in.readableBytes() < RawHttp2.HEADER_SIZE + length) {
          return;
        }
        in.skipBytes(3);
        int type = in.readByte();
        int flags = in.readByte();
        int stream = in.readInt();
        byte[] payload = new byte[length];
        in.readBytes(payload);
        if (type == RawHttp2.HEADERS) {
          requests.add(stream);
          behaviour.request(ctx, number, stream);
        } else if (alive && flags == 0 && (type == RawHttp2.SETTINGS || type == RawHttp2.PING)) {
          byte[] echoed = type == RawHttp2.PING ? payload : new byte[0];
          send(ctx, RawHttp2.frame(type, RawHttp2.ACK, 0, echoed));
        }
      }
    }
  }

  private static void send(ChannelHandlerContext ctx, byte[] bytes) {
    ctx.writeAndFlush(Unpooled.wrappedBuffer(bytes));
  }

  private FakeCluster cluster(Behaviour behaviour, boolean alive) {
    return new FakeCluster(pki, List.of("h2"), channel -> serve(channel, behaviour, alive));
  }

  private void serve(Channel channel, Behaviour behaviour, boolean alive) {
    channel.pipeline().addLast(new Peer(behaviour, alive));
  }

  private ProxyUnderTest proxy(FakeCluster cluster) throws Exception {
    return new ProxyUnderTest(pki, cluster.dialer(), CONFIG, null, InstantSource.system());
  }

  private static HttpResponse<String> delete(ProxyUnderTest proxy) throws Exception {
    try (HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
      return client.send(proxy.request("/api/v1/x").DELETE().build(), BodyHandlers.ofString());
    }
  }

  @Test
  void changeBeyondTheLastStreamIsSentAgainElsewhere() throws Exception {
    Behaviour leavingAtOnce =
        (ctx, connection, stream) -> {
          if (connection == 1) {
            send(ctx, RawHttp2.goAway(0));
          } else {
            send(ctx, RawHttp2.ok(stream));
          }
        };
    try (FakeCluster cluster = cluster(leavingAtOnce, true);
        ProxyUnderTest proxy = proxy(cluster)) {
      assertThat(delete(proxy).statusCode()).isEqualTo(200);
      assertThat(requests).hasSize(2);
      assertThat(connections).hasValue(2);
    }
  }

  @Test
  void changeUpToTheLastStreamIsNotSentAgain() throws Exception {
    Behaviour dying =
        (ctx, connection, stream) -> {
          send(ctx, RawHttp2.goAway(stream));
          ctx.close();
        };
    try (FakeCluster cluster = cluster(dying, true);
        ProxyUnderTest proxy = proxy(cluster)) {
      assertThat(delete(proxy).statusCode()).isEqualTo(502);
      assertThat(requests).hasSize(1);
    }
  }

  @Test
  void requestUnderWayIsFinishedAndTheNextGoesElsewhere() throws Exception {
    Behaviour leaving =
        (ctx, connection, stream) -> {
          send(ctx, RawHttp2.goAway(stream));
          send(ctx, RawHttp2.ok(stream));
        };
    try (FakeCluster cluster = cluster(leaving, true);
        ProxyUnderTest proxy = proxy(cluster)) {
      assertThat(delete(proxy).statusCode()).isEqualTo(200);
      assertThat(delete(proxy).statusCode()).isEqualTo(200);
      assertThat(requests).hasSize(2);
      assertThat(connections).hasValue(2);
    }
  }

  @Test
  void halfOpenConnectionIsFoundOutAndSaid() throws Exception {
    try (FakeCluster cluster = cluster((ctx, connection, stream) -> {}, false);
        ProxyUnderTest proxy = proxy(cluster)) {
      HttpResponse<String> answer = delete(proxy);

      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(answer.body()).contains("has not answered for a while");
      assertThat(requests).hasSize(1);
    }
  }

  @Test
  void quietConnectionThatLivesIsKept() throws Exception {
    Behaviour slow =
        (ctx, connection, stream) ->
            ctx.executor()
                .schedule(() -> send(ctx, RawHttp2.ok(stream)), 1500, TimeUnit.MILLISECONDS);
    try (FakeCluster cluster = cluster(slow, true);
        ProxyUnderTest proxy = proxy(cluster)) {
      assertThat(delete(proxy).statusCode()).isEqualTo(200);
      assertThat(connections).hasValue(1);
    }
  }
}
