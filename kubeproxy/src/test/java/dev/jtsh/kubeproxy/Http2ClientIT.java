// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.tests.fixtures.TestPki;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
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

/** HTTP/2 frame by frame: what ordinary clients do not show or do. */
@Timeout(60)
@ExtendWith(LeakCheck.class)
class Http2ClientIT {
  private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
  private TestPki pki;
  private FakeCluster cluster;
  private ProxyUnderTest proxy;
  private EventLoopGroup group;
  private Channel connection;

  @BeforeEach
  void connect(@TempDir Path directory) throws Exception {
    pki = new TestPki();
    cluster = new FakeCluster(pki, List.of("h2", "http/1.1"));
    proxy = new ProxyUnderTest(pki, cluster.dialer());
    group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    SslContext tls =
        TlsContexts.client(proxy.clientIdentity(directory), proxy.anchors(), List.of("h2"));
    connection =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            TlsContexts.clientHandler(
                                tls, channel.alloc(), "127.0.0.1", proxy.port(), null),
                            Http2FrameCodecBuilder.forClient().build(),
                            new Http2MultiplexHandler(new Frames()),
                            new Frames());
                  }
                })
            .connect("127.0.0.1", proxy.port())
            .syncUninterruptibly()
            .channel();
    assertThat(next()).isEqualTo("settings");
  }

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    proxy.close();
    cluster.close();
    pki.close();
  }

  /** Writes what arrives down as text. */
  private final class Frames extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      switch (message) {
        case Http2SettingsFrame settings -> frames.add("settings");
        case Http2HeadersFrame headers ->
            frames.add("headers " + headers.headers() + (headers.isEndStream() ? " end" : ""));
        case Http2DataFrame data ->
            frames.add(
                "data "
                    + data.content().toString(StandardCharsets.UTF_8)
                    + (data.isEndStream() ? " end" : ""));
        case Http2ResetFrame reset -> frames.add("reset " + reset.errorCode());
        case Http2GoAwayFrame goAway -> frames.add("goaway " + goAway.errorCode());
        default -> {}
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof Http2ResetFrame reset) {
        frames.add("reset " + reset.errorCode());
      }
    }
  }

  private String next() throws InterruptedException {
    String frame = frames.poll(20, TimeUnit.SECONDS);
    assertThat(frame).as("a frame").isNotNull();
    return frame;
  }

  private Channel send(Http2Headers headers, boolean end) {
    Channel stream =
        new Http2StreamChannelBootstrap(connection)
            .handler(new Frames())
            .open()
            .syncUninterruptibly()
            .getNow();
    stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, end));
    return stream;
  }

  private static Http2Headers get(String path) {
    return new DefaultHttp2Headers(false)
        .method("GET")
        .scheme("https")
        .authority("127.0.0.1")
        .path(path);
  }

  @Test
  void trailersOfTheAnswerArrive() throws Exception {
    send(get("/trailers"), true);

    assertThat(next()).startsWith("headers ").contains(":status: 200").doesNotContain(" end");
    assertThat(next()).isEqualTo("data body");
    assertThat(next()).contains("x-end: reached").endsWith(" end");
  }

  @Test
  void resetOfARequestReachesTheCluster() throws Exception {
    Channel stream = send(get("/hang"), true);
    assertThat(cluster.watching.poll(10, TimeUnit.SECONDS)).isNotNull();
    cluster.cancelled.clear();
    stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));

    assertThat(cluster.cancelled.poll(10, TimeUnit.SECONDS)).isEqualTo("/hang");
  }

  @Test
  void trailersOfTheRequestAreDropped() throws Exception {
    Channel stream = send(get("/sink").method("POST"), false);
    stream.writeAndFlush(
        new DefaultHttp2HeadersFrame(
            new DefaultHttp2Headers(false).add("impersonate-user", "root"), true));

    assertThat(next()).contains(":status: 200");
    assertThat(next()).startsWith("data 0 e3b0c442");
    assertThat(cluster.requests.remove().headers().names()).doesNotContain("impersonate-user");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nimpersonate-user: root", "a\nb", "a\0b"})
  void attack29LineEndInAValueIsRefused(String value) throws Exception {
    send(get("/version").add("user-agent", value), true);

    assertThat(next()).containsAnyOf(":status: 400", "reset 1");
    assertThat(cluster.requests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CONNECT", "TRACE", "get", "BREW"})
  void attack29MethodThatKubernetesDoesNotKnowIsRefused(String method) throws Exception {
    send(get("/version").method(method), true);

    assertThat(next()).containsAnyOf(":status: 400", "reset 1");
    assertThat(cluster.requests).isEmpty();
  }

  @Test
  void attack29RapidResetIsCutOff() throws Exception {
    for (int i = 0; i < 3000 && connection.isActive(); i++) {
      connection
          .eventLoop()
          .submit(() -> {
            Channel stream =
                new Http2StreamChannelBootstrap(connection).handler(new Frames()).open().getNow();
            if (stream != null) {
              stream.write(new DefaultHttp2HeadersFrame(get("/hang"), true));
              stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
            }
          })
          .awaitUninterruptibly();
    }

    assertThat(connection.closeFuture().await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(
            proxy
                .client(ProxyUnderTest.PROD, java.net.http.HttpClient.Version.HTTP_2)
                .send(
                    proxy.request("/version").build(),
                    java.net.http.HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(200);
  }
}
