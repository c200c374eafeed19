// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the ClientHello without consuming it, lets {@link Routes} choose the service, and makes way
 * for it: the service's handlers then see the connection from its first byte.
 */
final class ClientHelloRouter extends SslClientHelloHandler<ClientHelloRouter.Service> {
  private static final Logger logger = LoggerFactory.getLogger(ClientHelloRouter.class);
  private static final int HELLO_BYTES_MAX = 32 * 1024;

  private final Routes routes;
  private final Duration helloTime;
  private @Nullable ScheduledFuture<?> timer;

  ClientHelloRouter(Routes routes, Duration helloTime) {
    super(HELLO_BYTES_MAX);
    this.routes = routes;
    this.helloTime = helloTime;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    timer = ctx.executor().schedule(() -> ctx.close(), helloTime.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  protected Future<Service> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf hello) {
    ClientHello said = hello == null ? null : ClientHello.parse(hello).orElse(null);
    if (said == null) {
      return ctx.executor().newFailedFuture(new IllegalArgumentException("no ClientHello"));
    }
    return routes.choose(said, ctx.channel());
  }

  @Override
  protected void onLookupComplete(ChannelHandlerContext ctx, Future<Service> chosen) {
    if (timer != null) {
      timer.cancel(false);
    }
    if (!chosen.isSuccess()) {
      logger.debug("{}: closed before TLS", ctx.channel().id(), chosen.cause());
      ctx.close();
      return;
    }
    ctx.channel().config().setAutoRead(false);
    chosen.getNow().install(ctx.pipeline());
    ctx.pipeline().remove(this);
    ctx.channel().read();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug("{}: not a TLS connection", ctx.channel().id(), cause);
    ctx.close();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
    if (timer != null) {
      timer.cancel(false);
    }
    super.handlerRemoved0(ctx);
  }

  /** What goes on with a connection after its ClientHello. */
  @FunctionalInterface
  interface Service {
    /** Adds the service's handlers; {@code AUTO_READ} is off from here on. */
    void install(ChannelPipeline pipeline);
  }

  /** Chooses the service. */
  @FunctionalInterface
  interface Routes {
    /** The service for a connection; a failed future closes it without a word. */
    Future<Service> choose(ClientHello hello, io.netty.channel.Channel channel);
  }
}
