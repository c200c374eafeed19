// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import dev.jtsh.cluster.kube.KubernetesTarget;
import dev.jtsh.cluster.net.Transport;
import dev.jtsh.pki.tls.ClientAuthentication;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.tests.fixtures.TestPki;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An API server that remembers what it was asked, for HTTP/2 and HTTP/1.1, with client certificates
 * required. What it answers depends on the path; see {@link Api}.
 */
public final class FakeKubernetes implements AutoCloseable {
  /** One request as it arrived. */
  public record Seen(String method, String uri, List<String> headers, String body, boolean http2) {
    /** All values of a header, whatever the case of its name. */
    public List<String> values(String name) {
      return headers.stream()
          .filter(h -> h.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(h -> h.substring(name.length() + 1).strip())
          .toList();
    }
  }

  public final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
  public final AtomicInteger connections = new AtomicInteger();
  public final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();

  /** Bytes that came on a connection after an upgrade that was answered with something else. */
  public final BlockingQueue<String> smuggled = new LinkedBlockingQueue<>();

  private final TestPki pki = new TestPki();
  private final Transport transport = new Transport("fake-kubernetes", 1);
  private final Channel channel;

  public FakeKubernetes(String... alpn) throws Exception {
    var context =
        TlsContexts.server(
            pki.server(), ClientAuthentication.REQUIRED, pki.anchors(), List.of(alpn));
    channel =
        transport
            .server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel ch) {
                    connections.incrementAndGet();
                    ch.pipeline()
                        .addLast(TlsContexts.serverHandler(context, ch.alloc()))
                        .addLast(new Negotiation());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
  }

  /** How an agent reaches it. */
  public KubernetesTarget target() {
    int port = ((InetSocketAddress) channel.localAddress()).getPort();
    return new KubernetesTarget(
        "127.0.0.1", port, "127.0.0.1", pki.anchors(), pki.client("agent"), null, null);
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
    transport.close();
    pki.close();
  }

  private final class Negotiation extends ApplicationProtocolNegotiationHandler {
    Negotiation() {
      super("http/1.1");
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
      if (protocol.equals("h2")) {
        ctx.pipeline()
            .addLast(Http2FrameCodecBuilder.forServer().build())
            .addLast(
                new Http2MultiplexHandler(
                    new ChannelInitializer<Channel>() {
                      @Override
                      protected void initChannel(Channel stream) {
                        stream
                            .pipeline()
                            .addLast(new Http2StreamFrameToHttpObjectCodec(true))
                            .addLast(new HttpObjectAggregator(64 << 20))
                            .addLast(new Api(true));
                      }
                    }));
      } else {
        ctx.pipeline()
            .addLast("codec", new HttpServerCodec())
            .addLast("aggregator", new HttpObjectAggregator(64 << 20))
            .addLast(new Api(false));
      }
    }
  }

  private final class Api extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final boolean http2;
    private String uri = "";
    private boolean ended;

    Api(boolean http2) {
      this.http2 = http2;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
      uri = request.uri();
      List<String> headers = new ArrayList<>();
      request.headers().forEach(h -> headers.add(h.getKey() + ": " + h.getValue()));
      request.trailingHeaders().forEach(h -> headers.add("trailer " + h.getKey()));
      seen.add(
          new Seen(
              request.method().name(),
              uri,
              headers,
              request.content().toString(StandardCharsets.UTF_8),
              http2));
      if (uri.contains("/exec")) {
        exec(ctx, request);
      } else if (uri.contains("watch=true")) {
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set("Transfer-Encoding", "chunked");
        head.headers().set("x-http2-stream-id", request.headers().get("x-http2-stream-id", "0"));
        ctx.write(head);
        ctx.writeAndFlush(new DefaultHttpContent(text("first event\n")));
        return; // Never ends by itself.
      } else if (uri.contains("/trailers")) {
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set("Transfer-Encoding", "chunked");
        ctx.write(head);
        var last = new DefaultLastHttpContent(text("body"));
        last.trailingHeaders().set("X-Check", "sum");
        ctx.writeAndFlush(last);
      } else if (uri.contains("/big")) {
        full(ctx, 200, text("x".repeat(8 << 20)));
      } else {
        full(ctx, 200, text("you asked " + uri));
      }
      ended = true;
    }

    private void exec(ChannelHandlerContext ctx, FullHttpRequest request) {
      String upgrade = request.headers().get("Upgrade", "");
      if (uri.contains("answer-")) {
        int status = Integer.parseInt(uri.replaceAll(".*answer-(\\d+).*", "$1"));
        full(ctx, status, text("no upgrade"));
        if (!http2) {
          ctx.pipeline().remove("aggregator");
          ctx.pipeline().remove("codec");
          ctx.pipeline().addLast(new Smuggled());
        }
        return;
      }
      String to = uri.contains("wrong-protocol") ? "other" : upgrade;
      var head =
          new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
      head.headers().set("Connection", "Upgrade");
      head.headers().set("Upgrade", to);
      head.headers().set("X-Stream-Protocol-Version", "v4.channel.k8s.io");
      head.headers().set("jtsh-upgraded", "forged");
      Channel ch = ctx.channel();
      ctx.writeAndFlush(head)
          .addListener(written -> {
            ch.pipeline().remove("aggregator");
            ch.pipeline().remove("codec");
            ch.pipeline().addLast(new Echo());
            var said = ch.writeAndFlush(text("hello|"));
            if (uri.contains("container=brief")) {
              said.addListener(ChannelFutureListener.CLOSE);
            }
          });
    }

    private void full(ChannelHandlerContext ctx, int status, ByteBuf body) {
      var answer =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), body);
      answer.headers().set("Content-Length", body.readableBytes());
      answer.headers().set("X-From", "kubernetes");
      answer.headers().set("jtsh-upgraded", "websocket");
      ctx.writeAndFlush(answer);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (uri.contains("watch=true") && !ended) {
        cancelled.add(uri);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  private final class Smuggled extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (msg instanceof ByteBuf bytes) {
        smuggled.add(bytes.toString(StandardCharsets.ISO_8859_1));
        bytes.release();
      }
    }
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (msg instanceof ByteBuf bytes) {
        boolean end = bytes.toString(StandardCharsets.ISO_8859_1).endsWith("bye");
        ctx.writeAndFlush(bytes)
            .addListener(written -> {
              if (end) {
                ctx.close();
              }
            });
      }
    }
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }
}
