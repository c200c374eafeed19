// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import static java.util.Objects.requireNonNull;

import dev.jtsh.cluster.http.AfterHandshake;
import dev.jtsh.cluster.http.Http2Connections;
import dev.jtsh.cluster.net.Transport;
import dev.jtsh.pki.tls.ClientAuthentication;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.net.ServiceNames;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A proxy gone bad: an agent dials it, and it sends frames that no real proxy would send. */
public final class FakeProxy implements AutoCloseable {
  private final Transport transport = new Transport("fake-proxy", 1);
  private final CompletableFuture<Channel> agent = new CompletableFuture<>();
  private final Channel listener;

  public FakeProxy(TlsIdentity identity, TrustAnchors hosts) throws Exception {
    var context =
        TlsContexts.server(
            identity, ClientAuthentication.REQUIRED, hosts, List.of(ServiceNames.AGENT_TUNNEL));
    listener =
        transport
            .server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(TlsContexts.serverHandler(context, channel.alloc()))
                        .addLast(
                            new AfterHandshake((ready, tls) -> {
                              Http2Connections.dial(ready.pipeline(), 64 * 1024);
                              agent.complete(ready);
                            }));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** The first connection of the agent. */
  public Channel agent() throws Exception {
    return agent.get(10, TimeUnit.SECONDS);
  }

  /** A stream with these headers, as they are. */
  public Stream open(boolean end, Map<String, String> headers) throws Exception {
    Stream stream = new Stream();
    Channel channel = new Http2StreamChannelBootstrap(agent()).handler(stream).open().sync().get();
    var frame = new DefaultHttp2Headers(false);
    headers.forEach(frame::add);
    channel.writeAndFlush(new DefaultHttp2HeadersFrame(frame, end)).sync();
    stream.use(channel);
    return stream;
  }

  /** One stream. */
  public static final class Stream extends ChannelInboundHandlerAdapter {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private @Nullable Channel channel;

    void use(Channel opened) {
      channel = opened;
    }

    /** Resets the stream. */
    public void cancel() {
      requireNonNull(channel).close();
    }

    public void data(String text, boolean end) {
      requireNonNull(channel)
          .writeAndFlush(
              new DefaultHttp2DataFrame(
                  Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1), end));
    }

    /** The next event: {@code status NNN}, {@code data ...}, {@code reset} or {@code closed}. */
    public String next() throws InterruptedException {
      String event = events.poll(10, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("nothing came on the stream");
      }
      return event;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (msg instanceof Http2HeadersFrame headers && headers.headers().status() != null) {
        events.add("status " + headers.headers().status());
      } else if (msg instanceof Http2DataFrame data) {
        events.add("data " + data.content().toString(StandardCharsets.UTF_8));
      }
      ReferenceCountUtil.release(msg);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof Http2ResetFrame) {
        events.add("reset");
      }
      ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      events.add("closed");
    }
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    transport.close();
  }
}
