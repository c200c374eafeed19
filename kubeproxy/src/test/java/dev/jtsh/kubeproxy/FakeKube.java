// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Answers requests of one connection or stream, each path in its own way. */
final class FakeKube extends ChannelInboundHandlerAdapter {
  private static final int PIECE = 16 * 1024;

  /** A request that arrived. */
  record Seen(String protocol, String client, String method, String uri, HttpHeaders headers) {}

  private final FakeCluster cluster;
  private final String protocol;
  private final String client;
  private final MessageDigest hash;
  private @Nullable ChannelHandlerContext context;
  private String uri = "";
  private long received;
  private volatile long left;
  private boolean upgraded;

  FakeKube(FakeCluster cluster, String protocol, String client) {
    this.cluster = cluster;
    this.protocol = protocol;
    this.client = client;
    try {
      this.hash = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (upgraded && message instanceof ByteBuf bytes) {
      ctx.writeAndFlush(bytes);
      return;
    }
    try {
      if (message instanceof HttpRequest request) {
        received = 0;
        uri = request.uri();
        cluster.requests.add(
            new Seen(protocol, client, request.method().name(), uri, request.headers().copy()));
        begin(ctx, request);
      }
      if (message instanceof HttpContent content) {
        received += content.content().readableBytes();
        if (uri.startsWith("/sink")) {
          hash.update(content.content().nioBuffer());
        } else if (uri.startsWith("/echo") && content.content().isReadable()) {
          ctx.writeAndFlush(new DefaultHttpContent(content.content().retain()));
        }
        if (content instanceof LastHttpContent) {
          end(ctx);
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    if (uri.startsWith("/echo")) {
      echo(ctx, request);
    } else if (uri.startsWith("/early")) {
      full(ctx, 403, "no");
    } else if (uri.startsWith("/stall")) {
      ctx.channel().config().setAutoRead(false);
      cluster.watching.add(this);
    } else if (request.headers().contains("upgrade") && uri.contains("/exec")) {
      upgrade(ctx, request);
    }
  }

  /** Begins an answer of the same kind as the request. */
  private static void echo(ChannelHandlerContext ctx, HttpRequest request) {
    DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    HttpUtil.setTransferEncodingChunked(head, true);
    for (String name : List.of("content-type", "content-encoding")) {
      if (request.headers().contains(name)) {
        head.headers().set(name, request.headers().get(name));
      }
    }
    ctx.writeAndFlush(head);
  }

  private void upgrade(ChannelHandlerContext ctx, HttpRequest request) {
    DefaultFullHttpResponse answer =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    answer.headers().set("upgrade", request.headers().get("upgrade"));
    answer.headers().set("connection", "Upgrade");
    answer.headers().set("x-stream-protocol-version", "v4.channel.k8s.io");
    ctx.writeAndFlush(answer);
    upgraded = true;
    ctx.pipeline().remove(io.netty.handler.codec.http.HttpServerCodec.class);
    ctx.writeAndFlush(Unpooled.copiedBuffer("welcome\n", StandardCharsets.US_ASCII));
  }

  private void end(ChannelHandlerContext ctx) {
    if (upgraded || uri.startsWith("/early")) {
      return;
    }
    if (uri.startsWith("/echo")) {
      ctx.writeAndFlush(new DefaultLastHttpContent());
    } else if (uri.startsWith("/sink")) {
      full(ctx, 200, received + " " + HexFormat.of().formatHex(hash.digest()));
    } else if (uri.startsWith("/stall")) {
      full(ctx, 200, Long.toString(received));
    } else if (uri.startsWith("/bytes/")) {
      left = Long.parseLong(uri.substring("/bytes/".length()));
      cluster.watching.add(this);
      head(ctx, 200, left);
      pump(ctx);
    } else if (uri.startsWith("/watch")) {
      head(ctx, 200, null);
      ctx.flush();
      cluster.watching.add(this);
    } else if (uri.startsWith("/trailers")) {
      head(ctx, 200, null);
      ctx.write(new DefaultHttpContent(text("body")));
      DefaultLastHttpContent last = new DefaultLastHttpContent();
      last.trailingHeaders().set("x-end", "reached");
      ctx.writeAndFlush(last);
    } else if (uri.startsWith("/refuse-once") && cluster.refused.compareAndSet(false, true)) {
      ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
    } else if (uri.startsWith("/break")) {
      ctx.channel().close();
    } else if (uri.startsWith("/half")) {
      head(ctx, 200, 100L);
      ctx.write(new DefaultHttpContent(text("only this")));
      ctx.flush();
      cluster.watching.add(this);
    } else if (uri.startsWith("/hang")) {
      cluster.watching.add(this);
    } else {
      full(ctx, 200, "{\"path\":\"" + uri + "\",\"client\":\"" + client + "\"}");
    }
  }

  /** Sends one event of a watch. */
  void event(String line) {
    ChannelHandlerContext ctx = requireNonNull(context);
    ctx.executor().execute(() -> ctx.writeAndFlush(new DefaultHttpContent(text(line))));
  }

  /** Breaks its connection or stream off. */
  void breakOff() {
    ChannelHandlerContext ctx = requireNonNull(context);
    ctx.executor().execute(() -> ctx.channel().close());
  }

  /** Reads on after a stall. */
  void readOn() {
    ChannelHandlerContext ctx = requireNonNull(context);
    ctx.executor().execute(() -> ctx.channel().config().setAutoRead(true));
  }

  long left() {
    return left;
  }

  private static void head(ChannelHandlerContext ctx, int status, @Nullable Long length) {
    DefaultHttpResponse head =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    if (length == null) {
      HttpUtil.setTransferEncodingChunked(head, true);
    } else {
      HttpUtil.setContentLength(head, length);
    }
    head.headers().set("content-type", "application/octet-stream");
    ctx.write(head);
  }

  private static void full(ChannelHandlerContext ctx, int status, String body) {
    DefaultFullHttpResponse answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), text(body));
    HttpUtil.setContentLength(answer, answer.content().readableBytes());
    answer.headers().set("content-type", "application/json");
    answer.headers().set("x-answered-by", "fake");
    ctx.writeAndFlush(answer);
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }

  private void pump(ChannelHandlerContext ctx) {
    BooleanSupplier room = ctx.channel()::isWritable;
    long after = left;
    while (after > 0 && room.getAsBoolean()) {
      int size = (int) Math.min(after, PIECE);
      after -= size;
      ByteBuf piece = ctx.alloc().buffer(size).writeZero(size);
      ctx.write(after == 0 ? new DefaultLastHttpContent(piece) : new DefaultHttpContent(piece));
      left = after;
    }
    ctx.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (left > 0) {
      pump(ctx);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cluster.cancelled.add(uri);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
