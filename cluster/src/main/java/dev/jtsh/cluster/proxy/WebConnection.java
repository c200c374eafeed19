// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import dev.jtsh.cluster.http.Ending;
import dev.jtsh.cluster.http.Http1ServerCodec;
import dev.jtsh.cluster.http.OneByOne;
import dev.jtsh.cluster.net.FailedCalls;
import dev.jtsh.cluster.net.WipingAllocator;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.net.RequestId;
import dev.jtsh.protocol.net.ServiceNames;
import dev.jtsh.protocol.web.ErrorBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1.1 connection to the web application: request after request. An answer may take as long
 * as it takes (a headless login waits for a person); waiting for a request is bounded.
 */
final class WebConnection extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(WebConnection.class);
  private static final FailedCalls FAILED = new FailedCalls();
  private static final Duration REQUEST_TIME_MAX = Duration.ofMinutes(2);

  private final WebApplication application;
  private final InetSocketAddress remote;
  private final InstantSource clock;
  private final Consumer<ChannelPipeline> upgraded;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private boolean busy;
  private boolean ending;
  private @Nullable FullHttpRequest next;
  private @Nullable ScheduledFuture<?> timer;

  /**
   * Makes one.
   *
   * @param upgraded adds what goes on with the bytes of an upgraded connection
   */
  WebConnection(
      WebApplication application,
      InetSocketAddress remote,
      InstantSource clock,
      Consumer<ChannelPipeline> upgraded) {
    this.application = application;
    this.remote = remote;
    this.clock = clock;
    this.upgraded = upgraded;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    awaitRequest(ctx);
  }

  private void awaitRequest(ChannelHandlerContext ctx) {
    timer =
        ctx.executor()
            .schedule(() -> ctx.close(), REQUEST_TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
    ctx.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (!(msg instanceof FullHttpRequest request)) {
      ReferenceCountUtil.release(msg);
      ctx.close();
      return;
    }
    if (!busy) {
      take(ctx, request);
    } else if (next == null && !ending) {
      next = request; // Read ahead to notice a hang-up; its turn comes.
    } else {
      request.release();
    }
  }

  private void take(ChannelHandlerContext ctx, FullHttpRequest request) {
    try {
      if (timer != null) {
        timer.cancel(false);
      }
      busy = true;
      String fault = fault(request);
      if (fault != null) {
        write(ctx, error(HttpResponseStatus.BAD_REQUEST, fault), true);
        return;
      }
      String host = request.headers().get(HttpHeaderNames.HOST, "");
      if (ServiceNames.isKubeServerName(host)) {
        // The connection was routed to the web: what it says now must not mean another service.
        write(ctx, error(HttpResponseStatus.MISDIRECTED_REQUEST, "wrong service"), true);
        return;
      }
      if (ConnectionUpgrade.isAsked(request)) {
        upgrade(ctx, ConnectionUpgrade.of(request));
        return;
      }
      boolean last = !HttpUtil.isKeepAlive(request);
      ctx.read();
      answer(request)
          .whenComplete((response, failure) ->
              ctx.executor().execute(() -> answered(ctx, response, failure, last)));
    } finally {
      wipe(request.content());
      request.release();
    }
  }

  /** Makes a pipe of the connection: another TLS connection goes through it. */
  private void upgrade(ChannelHandlerContext ctx, Optional<ConnectionUpgrade> asked) {
    if (asked.isEmpty()) {
      write(ctx, error(HttpResponseStatus.NOT_FOUND, "this upgrade is not supported"), true);
      return;
    }
    Channel channel = ctx.channel();
    ctx.writeAndFlush(asked.get().answer())
        .addListener(sent -> {
          if (!sent.isSuccess()) {
            channel.close();
            return;
          }
          // Not while the decoder is at work below.
          channel.eventLoop().execute(() -> becomePipe(ctx.pipeline(), asked.get()));
        });
  }

  private void becomePipe(ChannelPipeline pipeline, ConnectionUpgrade asked) {
    if (!pipeline.channel().isActive()) {
      return;
    }
    asked.frame(pipeline);
    upgraded.accept(pipeline);
    pipeline.remove(this);
    pipeline.remove(OneByOne.class);
    pipeline.remove(HttpObjectAggregator.class);
    pipeline.remove(Http1ServerCodec.class); // Hands on what it still holds.
    pipeline.channel().config().setAutoRead(true);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  /** The body may hold a password, and the buffer goes back to the pool as it is. */
  private static void wipe(ByteBuf body) {
    if (!body.isReadOnly()) {
      body.setZero(0, body.capacity());
    }
  }

  private CompletionStage<WebResponse> answer(FullHttpRequest request) {
    WebRequest web = webRequest(request);
    CompletionStage<WebResponse> answer;
    try {
      answer = application.handle(web);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    Optional<RequestId> id = RequestId.sent(request.headers().get(RequestId.HEADER));
    // Other paths may hold what nobody else is to read.
    String what = web.path().contains("/webapi/") ? web.path() : "a page";
    return answer.whenComplete((response, failure) -> {
      web.close();
      if (response != null && response.status() >= HttpResponseStatus.BAD_REQUEST.code()) {
        FAILED.add(id, what, "HTTP " + response.status());
      }
    });
  }

  private static @Nullable String fault(FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return "malformed HTTP request";
    }
    if (!request.uri().startsWith("/")
        || request.uri().chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
      return "malformed request target";
    }
    return null;
  }

  private WebRequest webRequest(FullHttpRequest request) {
    String uri = request.uri();
    int question = uri.indexOf('?');
    int length = request.content().readableBytes();
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (var header : request.headers()) {
      headers.computeIfAbsent(header.getKey(), k -> new ArrayList<>()).add(header.getValue());
    }
    return new WebRequest(
        request.method().name(),
        question < 0 ? uri : uri.substring(0, question),
        question < 0 ? "" : uri.substring(question + 1),
        headers,
        WipingAllocator.INSTANCE.directBuffer(length, length).writeBytes(request.content()),
        remote,
        closed.minimalCompletionStage());
  }

  private void answered(
      ChannelHandlerContext ctx,
      @Nullable WebResponse response,
      @Nullable Throwable failure,
      boolean last) {
    if (!ctx.channel().isActive()) {
      return;
    }
    if (failure != null || response == null) {
      logger.warn("the web application failed", failure);
      write(ctx, error(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error"), last);
      return;
    }
    try {
      write(ctx, http(response), last);
    } catch (IllegalArgumentException e) {
      logger.warn("the web application answered with a malformed header", e);
      write(ctx, error(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error"), last);
    }
  }

  private void write(ChannelHandlerContext ctx, DefaultFullHttpResponse response, boolean last) {
    if (last) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    // Clients see by it that a clock is wrong before certificates that live a minute fail.
    Date now = Date.from(clock.instant());
    response.headers().set(HttpHeaderNames.DATE, DateFormatter.format(now));
    ChannelFuture written = ctx.writeAndFlush(response);
    if (last) {
      ending = true;
      written.addListener(out -> Ending.afterFlush(ctx.channel()));
      return;
    }
    busy = false;
    FullHttpRequest waiting = next;
    next = null;
    if (waiting != null) {
      take(ctx, waiting);
    } else {
      awaitRequest(ctx);
    }
  }

  private static DefaultFullHttpResponse error(HttpResponseStatus status, String message) {
    return http(WebResponse.json(status.code(), WireJson.write(ErrorBody.of(message))));
  }

  private static DefaultFullHttpResponse http(WebResponse from) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(from.status()),
            Unpooled.wrappedBuffer(from.body()));
    HttpHeaders headers = response.headers();
    headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    if (!from.contentType().isEmpty()) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, from.contentType());
    }
    from.headers().forEach((name, values) -> headers.set(name, values));
    headers.set(HttpHeaderNames.CONTENT_LENGTH, from.body().length);
    return response;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (timer != null) {
      timer.cancel(false);
    }
    if (next != null) {
      next.release();
      next = null;
    }
    closed.complete(null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug("{}: a web connection broke", ctx.channel().id(), cause);
    boolean malformed = cause instanceof io.netty.handler.codec.DecoderException;
    if (malformed && !(cause.getCause() instanceof javax.net.ssl.SSLException) && !busy) {
      busy = true;
      write(ctx, error(HttpResponseStatus.BAD_REQUEST, "malformed HTTP request"), true);
      return;
    }
    ctx.close();
  }
}
