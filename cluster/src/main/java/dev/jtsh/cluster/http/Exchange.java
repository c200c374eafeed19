// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler on a caller's channel: takes a request, has it ruled on, and streams it to an
 * upstream channel and the answer back. On HTTP/1.1 it does so again for the next request; bytes
 * that come before it is their turn wait (one message at most is read ahead, to notice a hang-up).
 *
 * <p>All fields belong to the caller's event loop; {@link Answer} belongs to the upstream's.
 */
public final class Exchange extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(Exchange.class);

  /** How long a connection may wait for a whole request head. */
  private static final Duration HEAD_TIME_MAX = Duration.ofMinutes(2);

  private enum State {
    IDLE,
    RULING,
    OPENING,
    FORWARDING,
    UPGRADING,
    ENDED
  }

  private final CallerSide side;
  private final Ruling.Router router;
  private final OwnAnswer.Faults faults;

  private State state = State.IDLE;
  private HttpMethod method = HttpMethod.GET;
  private boolean requestComplete;
  private boolean expectsContinue;
  private boolean tooEarly;
  private Optional<UpgradeProtocol> upgrade = Optional.empty();
  private Ruling.Observer observer = Ruling.Observer.NONE;
  private @Nullable Channel upstream;
  private @Nullable HttpRequest next;
  private @Nullable ScheduledFuture<?> headTimer;

  /** A handler for one caller's channel. */
  public Exchange(CallerSide side, Ruling.Router router, OwnAnswer.Faults faults) {
    this.side = side;
    this.router = router;
    this.faults = faults;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    awaitHead(ctx);
    if (ctx.channel().isActive()) {
      ctx.read();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.read();
    ctx.fireChannelActive();
  }

  private void awaitHead(ChannelHandlerContext ctx) {
    headTimer =
        ctx.executor().schedule(() -> ctx.close(), HEAD_TIME_MAX.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    switch (msg) {
      case HttpRequest request when state == State.IDLE -> take(ctx, request);
      case HttpRequest request when isReadAhead() -> next = request;
      case HttpContent content when isBodyAwaited() -> forwardBody(ctx, content);
      case Object rest when state == State.ENDED -> ReferenceCountUtil.release(rest);
      default -> {
        ReferenceCountUtil.release(msg);
        tooEarly = true; // Bytes before the 101, or a body nobody asked for: never reuse this.
        logger.debug("{}: bytes came when none may come", ctx.channel().id());
        abort(ctx);
      }
    }
  }

  private boolean isReadAhead() {
    return side == CallerSide.HTTP1
        && requestComplete
        && next == null
        && upgrade.isEmpty()
        && state != State.ENDED;
  }

  private boolean isBodyAwaited() {
    return state == State.FORWARDING && !requestComplete;
  }

  private void take(ChannelHandlerContext ctx, HttpRequest request) {
    if (headTimer != null) {
      headTimer.cancel(false);
    }
    method = request.method();
    requestComplete = request instanceof FullHttpRequest;
    state = State.RULING;
    if (request.decoderResult().isFailure()) {
      requestComplete = false;
      refuse(ctx, faults.of(HttpResponseStatus.BAD_REQUEST.code(), "malformed HTTP request"));
      return;
    }
    UpgradeProtocol.Wish wish = side.wish(request);
    upgrade = wish.protocol();
    boolean upgradeWithBody = upgrade.isPresent() && side == CallerSide.HTTP1 && !requestComplete;
    if (wish.malformed() || upgradeWithBody) {
      requestComplete = false;
      refuse(ctx, faults.of(HttpResponseStatus.BAD_REQUEST.code(), "upgrade not supported"));
      return;
    }
    expectsContinue = HttpUtil.is100ContinueExpected(request);
    if (requestComplete || upgrade.isPresent()) {
      ctx.read(); // Only to notice that the caller hangs up, or speaks too early.
    }
    router
        .rule(request, upgrade)
        .whenComplete((ruling, failure) -> run(ctx.executor(), () -> follow(ctx, ruling, failure)));
  }

  private void follow(
      ChannelHandlerContext ctx, @Nullable Ruling ruling, @Nullable Throwable failure) {
    if (failure != null || ruling == null) {
      logger.warn("a request could not be ruled on", failure);
    }
    switch (ruling) {
      case Ruling.Forward forward -> {
        observer = forward.observer();
        if (state != State.RULING) {
          end();
          return;
        }
        state = State.OPENING;
        forward
            .upstream()
            .open()
            .addListener((Future<Channel> opened) ->
                run(ctx.executor(), () -> opened(ctx, forward, opened)));
      }
      case OwnAnswer own -> refuse(ctx, own);
      case null -> refuse(ctx, faults.of(500, "internal error"));
    }
  }

  private void opened(ChannelHandlerContext ctx, Ruling.Forward forward, Future<Channel> opened) {
    if (!opened.isSuccess()) {
      logger.debug("{}: no upstream", ctx.channel().id(), opened.cause());
      refuse(ctx, faults.of(HttpResponseStatus.BAD_GATEWAY.code(), "upstream is not reachable"));
      return;
    }
    Channel channel = opened.getNow();
    if (state != State.OPENING) {
      channel.close();
      return;
    }
    upstream = channel;
    state = upgrade.isPresent() ? State.UPGRADING : State.FORWARDING;
    HttpRequest head = outgoing(forward.head());
    Answer answer = new Answer(ctx, forward.upstream(), upgrade, method);
    run(channel.eventLoop(), () -> answer.start(channel, head));
    if (!requestComplete && upgrade.isEmpty()) {
      if (expectsContinue && side == CallerSide.HTTP1) {
        ctx.writeAndFlush(
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
      }
      ctx.read();
    }
  }

  /** Gives the outgoing head the body framing of what the caller sends. */
  private HttpRequest outgoing(HttpRequest head) {
    if (upgrade.isPresent()) {
      return head; // What follows is the pipe: the way there stays open.
    }
    if (requestComplete) {
      return new DefaultFullHttpRequest(
          HttpVersion.HTTP_1_1,
          head.method(),
          head.uri(),
          Unpooled.EMPTY_BUFFER,
          head.headers(),
          new DefaultHttpHeaders());
    }
    if (!HttpUtil.isContentLengthSet(head)) {
      HttpUtil.setTransferEncodingChunked(head, true);
    }
    return head;
  }

  private void forwardBody(ChannelHandlerContext ctx, HttpContent content) {
    Channel to = upstream;
    if (to == null || content.decoderResult().isFailure()) {
      content.release();
      badBody(ctx);
      return;
    }
    if (content instanceof LastHttpContent last) {
      requestComplete = true;
      // Trailers of a request never go on (security rule 4).
      boolean plain = last.trailingHeaders().isEmpty();
      to.writeAndFlush(plain ? last : new DefaultLastHttpContent(last.content()));
      ctx.read();
      return;
    }
    to.write(content);
    if (to.isWritable()) {
      ctx.read();
    } else {
      to.flush(); // Answer reads on when the upstream has taken it.
    }
  }

  /** A chunk that is none: the answer may not have begun, so say 400 where that is still true. */
  private void badBody(ChannelHandlerContext ctx) {
    Channel to = upstream;
    if (to != null) {
      run(
          to.eventLoop(),
          () -> {
            Answer answer = to.pipeline().get(Answer.class);
            if (answer != null && answer.silence()) {
              run(
                  ctx.executor(),
                  () -> {
                    state = State.RULING;
                    refuse(ctx, faults.of(400, "malformed request body"));
                  });
            } else {
              ctx.close();
            }
            to.close();
          });
    } else {
      abort(ctx);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (upstream != null) {
      upstream.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (upstream != null && ctx.channel().isWritable()) {
      upstream.read();
    }
  }

  private void refuse(ChannelHandlerContext ctx, OwnAnswer own) {
    if (state == State.ENDED) {
      return;
    }
    boolean last = !requestComplete || upgrade.isPresent();
    observer.answered(own.status());
    finish(ctx, last, ctx.writeAndFlush(side.answer(own, method, last)));
  }

  /** The answer is out (or on its way): the next request, or the end. */
  private void finish(ChannelHandlerContext ctx, boolean last, ChannelFuture lastWrite) {
    end();
    upstream = null;
    if (side != CallerSide.HTTP1) {
      state = State.ENDED;
      if (last) { // Only once the answer is out: a reset drops what still waits for its window.
        lastWrite.addListener(
            written -> ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR)));
      }
      return;
    }
    if (last) {
      state = State.ENDED;
      lastWrite.addListener(written -> Ending.afterFlush(ctx.channel()));
      return;
    }
    state = State.IDLE;
    upgrade = Optional.empty();
    HttpRequest waiting = next;
    next = null;
    if (waiting != null) {
      take(ctx, waiting);
    } else {
      awaitHead(ctx);
      ctx.read();
    }
  }

  private void end() {
    Ruling.Observer told = observer;
    observer = Ruling.Observer.NONE;
    told.ended();
  }

  private void answerComplete(ChannelHandlerContext ctx, ChannelFuture lastWrite) {
    if (state == State.FORWARDING || state == State.UPGRADING) {
      boolean last = !requestComplete || upgrade.isPresent();
      if (last && upstream != null) {
        upstream.close();
      }
      finish(ctx, last, lastWrite);
    }
  }

  private void answerFailed(ChannelHandlerContext ctx, boolean headSent) {
    if (state == State.ENDED || state == State.IDLE) {
      return;
    }
    if (!headSent) {
      refuse(ctx, faults.of(HttpResponseStatus.BAD_GATEWAY.code(), "upstream gave no answer"));
      return;
    }
    abort(ctx);
  }

  /** Ends the caller's channel in a way that cannot be taken for the regular end of an answer. */
  private void abort(ChannelHandlerContext ctx) {
    if (side == CallerSide.HTTP1) {
      ctx.close();
      return;
    }
    ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR))
        .addListener(ChannelFutureListener.CLOSE);
  }

  /** The upstream has switched: the caller is told, and both channels become one pipe. */
  private void upgraded(
      ChannelHandlerContext ctx, Answer answer, UpgradeProtocol protocol, HttpHeaders headers) {
    Channel to = upstream;
    if (to == null || state != State.UPGRADING) {
      run(answer.upstreamLoop, answer::drop);
      return; // The caller has gone; its end has closed the upstream.
    }
    boolean taken = side.takeOutReader(ctx.pipeline());
    if (!taken || tooEarly) {
      run(answer.upstreamLoop, answer::drop);
      to.close();
      ctx.close();
      return;
    }
    observer.answered(HttpResponseStatus.SWITCHING_PROTOCOLS.code());
    Ruling.Observer told = observer;
    ctx.channel().closeFuture().addListener(closed -> told.ended());
    observer = Ruling.Observer.NONE;
    state = State.ENDED;
    upstream = null;
    side.answerUpgrade(ctx, protocol, headers);
    Channel caller = ctx.channel();
    ctx.pipeline().replace(this, null, new RawRelay(to));
    run(
        to.eventLoop(),
        () -> {
          if (!answer.becomePipe(to)) {
            return; // It has said all it had to say, and ended.
          }
          to.read();
          caller.read();
        });
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    state = State.ENDED;
    if (headTimer != null) {
      headTimer.cancel(false);
    }
    if (next != null) {
      ReferenceCountUtil.release(next);
      next = null;
    }
    Channel to = upstream;
    upstream = null;
    if (to != null) {
      to.close(); // On HTTP/2 this is the cancellation of the stream.
    }
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug("{}: a caller's connection broke", ctx.channel().id(), cause);
    boolean malformed = cause instanceof io.netty.handler.codec.DecoderException;
    boolean isTls = cause.getCause() instanceof javax.net.ssl.SSLException;
    if (malformed && !isTls && side == CallerSide.HTTP1 && state == State.IDLE) {
      state = State.RULING;
      requestComplete = false;
      refuse(ctx, faults.of(HttpResponseStatus.BAD_REQUEST.code(), "malformed HTTP request"));
      return;
    }
    ctx.close();
  }

  private static void run(io.netty.util.concurrent.EventExecutor loop, Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  /** The last handler on the upstream channel: reads the answer and writes it to the caller. */
  private final class Answer extends ChannelInboundHandlerAdapter {
    private final ChannelHandlerContext callerContext;
    private final Channel caller;
    private final Ruling.Upstream kind;
    private final Optional<UpgradeProtocol> asked;
    private final HttpMethod method;
    private final Ruling.Observer told = observer;
    private boolean headSent;
    private boolean interim;
    private boolean done;

    /** What came behind the 101 before there was a pipe; null as long as there was no 101. */
    private @Nullable Queue<Object> early;

    private io.netty.util.concurrent.EventExecutor upstreamLoop;

    Answer(
        ChannelHandlerContext callerContext,
        Ruling.Upstream kind,
        Optional<UpgradeProtocol> asked,
        HttpMethod method) {
      this.callerContext = callerContext;
      this.caller = callerContext.channel();
      this.upstreamLoop = callerContext.executor(); // Until there is a 101.
      this.kind = kind;
      this.asked = asked;
      this.method = method;
    }

    void start(Channel channel, HttpRequest head) {
      channel.pipeline().addLast(this);
      channel
          .writeAndFlush(head)
          .addListener(written -> {
            if (!written.isSuccess()) {
              logger.debug("a request could not be sent", written.cause());
              channel.close();
            }
          });
      if (!channel.isActive()) {
        fail(); // It closed before this handler could see it.
      }
      channel.read();
    }

    /**
     * Makes the upstream one end of the pipe, on its event loop. A short command may be over by
     * now: then its channel is closed already, and what it said waits here.
     *
     * @return false if there is nothing more to come
     */
    private boolean becomePipe(Channel channel) {
      boolean open = channel.pipeline().get(Answer.class) != null;
      RawRelay relay = new RawRelay(caller);
      for (Object msg : taken()) {
        relay.pass(msg);
      }
      if (!open) {
        Ending.afterFlush(caller);
        return false;
      }
      caller.flush();
      channel.pipeline().replace(Answer.class, null, relay);
      kind.becomePipe(channel.pipeline());
      return true;
    }

    private Queue<Object> taken() {
      Queue<Object> waiting = early == null ? new ArrayDeque<>() : early;
      early = null;
      return waiting;
    }

    /** Nobody wants what came behind the 101. */
    private void drop() {
      taken().forEach(ReferenceCountUtil::release);
    }

    /** Says nothing more to the caller; false if it has begun to. */
    boolean silence() {
      boolean begun = headSent;
      done = true;
      return !begun;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (early != null) {
        early.add(msg);
        return;
      }
      if (done) {
        ReferenceCountUtil.release(msg);
        return;
      }
      switch (msg) {
        case HttpResponse response when !headSent -> head(ctx, response);
        case LastHttpContent last when interim -> {
          interim = false;
          last.release();
        }
        case LastHttpContent last -> last(ctx, last);
        case HttpContent part -> caller.write(part);
        default -> {
          ReferenceCountUtil.release(msg);
          ctx.close();
        }
      }
    }

    private void head(ChannelHandlerContext ctx, HttpResponse response) {
      if (response.decoderResult().isFailure()) {
        ReferenceCountUtil.release(response);
        ctx.close();
        return;
      }
      if (asked.isPresent() && kind.isUpgraded(response, asked.get())) {
        done = true;
        HttpHeaders headers = HeaderRules.responseHeaders(response.headers());
        early = new ArrayDeque<>();
        upstreamLoop = ctx.executor();
        run(callerContext.executor(), () -> upgraded(callerContext, this, asked.get(), headers));
        return;
      }
      if (HeaderRules.isInformational(response)) {
        if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
          ctx.close(); // Nobody asked for that.
        }
        interim = !(response instanceof LastHttpContent);
        return;
      }
      headSent = true;
      boolean full = response instanceof LastHttpContent;
      var answer =
          new io.netty.handler.codec.http.DefaultHttpResponse(
              HttpVersion.HTTP_1_1,
              response.status(),
              HeaderRules.responseHeaders(response.headers()));
      boolean last = asked.isPresent();
      side.frame(answer, full, method, last);
      told.answered(response.status().code());
      caller.write(answer);
      if (response instanceof LastHttpContent end) {
        last(ctx, end);
      }
    }

    private void last(ChannelHandlerContext ctx, LastHttpContent last) {
      if (last.decoderResult().isFailure()) {
        last.release();
        ctx.close();
        return;
      }
      done = true;
      ByteBuf content = last.content();
      HttpHeaders trailers = HeaderRules.responseHeaders(last.trailingHeaders());
      var end = new DefaultLastHttpContent(content);
      end.trailingHeaders().set(trailers);
      ChannelFuture lastWrite = caller.writeAndFlush(end);
      run(callerContext.executor(), () -> answerComplete(callerContext, lastWrite));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      if (done) {
        return;
      }
      caller.flush();
      if (caller.isWritable()) {
        ctx.read();
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (ctx.channel().isWritable()) {
        run(
            callerContext.executor(),
            () -> {
              if (isBodyAwaited()) {
                callerContext.read();
              }
            });
      }
    }

    private void fail() {
      if (!done) {
        done = true;
        boolean begun = headSent;
        run(callerContext.executor(), () -> answerFailed(callerContext, begun));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      fail();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      logger.debug("{}: an upstream connection broke", ctx.channel().id(), cause);
      ctx.close();
    }
  }
}
