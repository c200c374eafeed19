// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out by PING whether the peer of an HTTP/2 connection is still there, and closes the
 * connection if it is not. Also remembers a GOAWAY.
 */
public final class Http2Watch extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(Http2Watch.class);
  private static final Duration INTERVAL = Duration.ofSeconds(20);

  private @Nullable ScheduledFuture<?> timer;
  private long sent;
  private long answered;
  private volatile boolean goingAway;

  /** Whether the peer takes no new streams. */
  public boolean isGoingAway() {
    return goingAway;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    long seconds = INTERVAL.toSeconds();
    timer = ctx.executor().scheduleAtFixedRate(() -> ping(ctx), seconds, seconds, TimeUnit.SECONDS);
  }

  private void ping(ChannelHandlerContext ctx) {
    if (sent != answered) {
      logger.debug("{}: the peer answers no PING", ctx.channel().id());
      ctx.close();
      return;
    }
    sent++;
    ctx.writeAndFlush(new DefaultHttp2PingFrame(sent));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    switch (msg) {
      case Http2PingFrame ping when ping.ack() -> answered = sent;
      case Http2GoAwayFrame ignored -> goingAway = true;
      default -> {}
    }
    ReferenceCountUtil.release(msg);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (timer != null) {
      timer.cancel(false);
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug("{}: an HTTP/2 connection broke", ctx.channel().id(), cause);
    ctx.close();
  }
}
