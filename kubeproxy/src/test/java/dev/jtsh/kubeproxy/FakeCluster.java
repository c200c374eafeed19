// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.pki.tls.ClientAuthentication;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.tests.fixtures.TestPki;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A cluster's kube endpoint that speaks HTTP/1.1 and HTTP/2 and answers as {@link FakeKube}. */
final class FakeCluster implements AutoCloseable {
  /** What a cluster's certificate is for. */
  static final String SERVER_NAME = "kube-teleport-proxy-alpn.localhost";

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Channel listener;
  private final TestPki pki;

  /** What the tests look at. */
  final AtomicInteger accepted = new AtomicInteger();

  final BlockingQueue<FakeKube.Seen> requests = new LinkedBlockingQueue<>();
  final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
  final AtomicBoolean refused = new AtomicBoolean();
  final BlockingQueue<FakeKube> watching = new LinkedBlockingQueue<>();

  FakeCluster(TestPki pki, List<String> alpn) {
    this(pki, alpn, null);
  }

  /**
   * A cluster.
   *
   * @param raw what to do with a connection instead, after its handshake
   */
  FakeCluster(TestPki pki, List<String> alpn, @Nullable Consumer<Channel> raw) {
    this.pki = pki;
    SslContext tls =
        TlsContexts.server(
            pki.server(List.of(SERVER_NAME), List.of()),
            ClientAuthentication.REQUIRED,
            pki.anchors(),
            alpn);
    listener =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    connections.add(channel);
                    accepted.incrementAndGet();
                    SslHandler handler = TlsContexts.serverHandler(tls, channel.alloc());
                    channel.pipeline().addLast(handler, new Ready(handler, raw));
                  }
                })
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  UpstreamDialer dialer() {
    return new DirectDialer(
        new UpstreamTarget("127.0.0.1", port(), SERVER_NAME, SERVER_NAME, pki.anchors()),
        Duration.ofSeconds(5));
  }

  /** Breaks all connections off. */
  void dropConnections() {
    connections.close().awaitUninterruptibly();
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** Chooses the protocol after the handshake. */
  private final class Ready extends ChannelInboundHandlerAdapter {
    private final SslHandler tls;
    private final @Nullable Consumer<Channel> raw;

    Ready(SslHandler tls, @Nullable Consumer<Channel> raw) {
      this.tls = tls;
      this.raw = raw;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (!(event instanceof SslHandshakeCompletionEvent handshake) || !handshake.isSuccess()) {
        return;
      }
      String client =
          TlsContexts.peerLeaf(tls.engine())
              .map(X509Certificate::getSubjectX500Principal)
              .map(Object::toString)
              .orElse("");
      if (raw != null) {
        raw.accept(ctx.channel());
      } else if ("h2".equals(tls.applicationProtocol())) {
        ctx.pipeline()
            .addLast(
                Http2FrameCodecBuilder.forServer()
                    .initialSettings(Http2Settings.defaultSettings().maxConcurrentStreams(250))
                    .build(),
                new Http2MultiplexHandler(
                    new ChannelInitializer<Channel>() {
                      @Override
                      protected void initChannel(Channel stream) {
                        stream
                            .pipeline()
                            .addLast(
                                new Http2StreamFrameToHttpObjectCodec(true),
                                new FakeKube(FakeCluster.this, "h2", client));
                      }
                    }));
      } else {
        ctx.pipeline()
            .addLast(new HttpServerCodec(), new FakeKube(FakeCluster.this, "http/1.1", client));
      }
      ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
