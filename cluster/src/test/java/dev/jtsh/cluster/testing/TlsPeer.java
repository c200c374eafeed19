// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A TLS client that sends and reads plain bytes, for tests that say exactly what goes out. */
public final class TlsPeer implements AutoCloseable {
  private static final Duration WAIT_MAX = Duration.ofSeconds(10);
  private static final EventLoopGroup GROUP =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("tls-peer", true), NioIoHandler.newFactory());

  private final Channel channel;
  private final SslHandler tls;
  private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
  private static final byte[] END = new byte[0];
  private final StringBuilder text = new StringBuilder();
  private boolean ended;

  private TlsPeer(
      InetSocketAddress address,
      String serverName,
      @Nullable TlsIdentity identity,
      TrustAnchors anchors,
      List<String> alpn)
      throws Exception {
    var context = TlsContexts.client(identity, anchors, alpn);
    this.channel =
        new Bootstrap()
            .group(GROUP)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel ch) {
                    ch.pipeline()
                        .addLast(
                            TlsContexts.clientHandler(
                                context, ch.alloc(), serverName, address.getPort(), serverName))
                        .addLast(new Reader());
                  }
                })
            .connect(address)
            .sync()
            .channel();
    this.tls = channel.pipeline().get(SslHandler.class);
  }

  /** Connects and completes the handshake; throws what the handshake failed with. */
  public static TlsPeer connect(
      InetSocketAddress address,
      String serverName,
      @Nullable TlsIdentity identity,
      TrustAnchors anchors,
      String... alpn)
      throws Exception {
    TlsPeer peer = new TlsPeer(address, serverName, identity, anchors, List.of(alpn));
    try {
      if (!peer.tls.handshakeFuture().await(WAIT_MAX.toMillis())) {
        throw new AssertionError("no handshake in time");
      }
      peer.tls.handshakeFuture().sync();
      return peer;
    } catch (Exception e) {
      peer.close();
      throw e;
    }
  }

  /** The protocol agreed on, or null. */
  public @Nullable String protocol() {
    return tls.applicationProtocol();
  }

  /** Sends text as ISO 8859-1. */
  public void send(String bytes) {
    channel.writeAndFlush(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
  }

  /** Reads until the text received since the last call holds {@code end}, and returns it. */
  public String readUntil(String end) throws InterruptedException {
    while (text.indexOf(end) < 0) {
      if (!more()) {
        throw new AssertionError("closed before \"" + end + "\" came; got: " + text);
      }
    }
    int to = text.indexOf(end) + end.length();
    String result = text.substring(0, to);
    text.delete(0, to);
    return result;
  }

  /** Reads one HTTP/1.1 answer with a Content-Length, head and body. */
  public String readAnswer() throws InterruptedException {
    String head = readUntil("\r\n\r\n");
    int length = 0;
    for (String line : head.split("\r\n")) {
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    while (text.length() < length) {
      if (!more()) {
        throw new AssertionError("closed inside a body; got: " + head + text);
      }
    }
    String body = text.substring(0, length);
    text.delete(0, length);
    return head + body;
  }

  /** Everything until the peer closes. */
  public String readToEnd() throws InterruptedException {
    while (more()) {
      // more() adds to the text.
    }
    String result = text.toString();
    text.setLength(0);
    return result;
  }

  private boolean more() throws InterruptedException {
    if (ended) {
      return false;
    }
    byte[] next = received.poll(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
    if (next == null) {
      throw new AssertionError("nothing came in time; got so far: " + text);
    }
    if (next.length == 0) {
      ended = true;
      return false;
    }
    text.append(new String(next, StandardCharsets.ISO_8859_1));
    return true;
  }

  /** The underlying channel. */
  public Channel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly(WAIT_MAX.toMillis());
  }

  private final class Reader extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      ByteBuf bytes = (ByteBuf) msg;
      byte[] copy = new byte[bytes.readableBytes()];
      bytes.readBytes(copy);
      bytes.release();
      if (copy.length > 0) {
        received.add(copy);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      received.add(END);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
