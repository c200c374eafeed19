// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.tests.fixtures.FakeClock;
import dev.jtsh.tests.fixtures.TestPki;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The network goes away for a moment, and the machine sleeps. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class NetworkLossIT {
  private static final KubeProxyConfig CONFIG = KubeProxyConfig.onPort(0).withEventLoops(1);

  private static final int PREFACE_BYTES = 24;
  private static final int FRAME_HEAD_BYTES = 9;
  private static final byte HEADERS = 1;

  private final Queue<String> told = new ConcurrentLinkedQueue<>();
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

  /** Alice, and a desk that keeps what it is told of the network. */
  private UpstreamIdentity alice() {
    CompletableFuture<TlsIdentity> alice = CompletableFuture.completedFuture(pki.client("alice"));
    return new UpstreamIdentity() {
      @Override
      public CompletionStage<TlsIdentity> identityFor(String kubeCluster) {
        return alice;
      }

      @Override
      public RequestDesk desk() {
        return desk;
      }
    };
  }

  private final RequestDesk desk =
      new RequestDesk() {
        @Override
        public void cut(String kubeCluster, SafeText cause) {
          told.add("cut: " + cause);
        }

        @Override
        public void reached(String kubeCluster) {
          told.add("reached");
        }
      };

  /** Reaches the cluster only the second time. */
  private record LateDialer(UpstreamDialer after, AtomicInteger dials) implements UpstreamDialer {
    @Override
    public UpstreamTarget target() {
      return after.target();
    }

    @Override
    public Future<? extends Channel> dial(EventLoop loop) {
      return dials.incrementAndGet() == 1
          ? loop.newFailedFuture(new ConnectException("Network is unreachable"))
          : after.dial(loop);
    }
  }

  @Test
  void requestWaitsForANetworkThatIsBackInAMoment() throws Exception {
    AtomicInteger dials = new AtomicInteger();
    try (FakeCluster cluster = new FakeCluster(pki, List.of("h2"));
        ProxyUnderTest proxy =
            new ProxyUnderTest(
                pki, new LateDialer(cluster.dialer(), dials), CONFIG, alice(), clock);
        HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
      HttpResponse<String> answer =
          client.send(
              proxy.request("/sink").POST(BodyPublishers.ofString("once")).build(),
              BodyHandlers.ofString());

      assertThat(answer.body()).startsWith("4 ");
      assertThat(dials).hasValue(2);
      assertThat(told).hasSize(2).last().isEqualTo("reached");
      assertThat(told.peek()).startsWith("cut: jtsh: cannot connect to the proxy");
    }
  }

  /** The peer is silent, as one is whose connection died while this machine slept. */
  @Test
  void deadConnectionIsFoundOutSoonAfterSleep() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (FakeCluster cluster =
            new FakeCluster(pki, List.of("h2"), channel -> silentAfter(channel, asked));
        ProxyUnderTest proxy = new ProxyUnderTest(pki, cluster.dialer(), CONFIG, alice(), clock);
        HttpClient client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
      CompletableFuture<HttpResponse<String>> answer =
          client.sendAsync(
              proxy.request("/api/v1/x").DELETE().timeout(Duration.ofSeconds(90)).build(),
              BodyHandlers.ofString());
      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
      clock.advance(Duration.ofMinutes(5));

      assertThat(answer.get(90, TimeUnit.SECONDS).body())
          .contains("has not answered after a pause");
    }
  }

  /** Says its settings and then nothing, whatever comes. */
  private static void silentAfter(Channel channel, CountDownLatch asked) {
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              private final ByteBuf all = Unpooled.buffer();

              @Override
              public void handlerAdded(ChannelHandlerContext ctx) {
                byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
                ctx.writeAndFlush(Unpooled.wrappedBuffer(settings));
              }

              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                all.writeBytes(bytes);
                bytes.release();
                int at = PREFACE_BYTES;
                while (all.writerIndex() >= at + FRAME_HEAD_BYTES) {
                  if (all.getByte(at + 3) == HEADERS) {
                    asked.countDown();
                  }
                  at += FRAME_HEAD_BYTES + all.getUnsignedMedium(at);
                }
              }
            });
  }
}
