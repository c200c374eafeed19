// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds a connection's handlers when its TLS handshake is done, never before: only then is it known
 * which protocol was agreed on and who the peer is (an HTTP/2 codec added earlier never starts).
 */
public final class AfterHandshake extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(AfterHandshake.class);
  private final Next next;

  /** Continues with {@code next}. */
  public AfterHandshake(Next next) {
    this.next = next;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (!done.isSuccess()) {
        logger.debug("{}: TLS handshake failed", ctx.channel().id(), done.cause());
        ctx.close();
        return;
      }
      next.ready(ctx.channel(), tlsBelow(ctx));
      ctx.pipeline().remove(this);
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug("{}: failed before it was ready", ctx.channel().id(), cause);
    ctx.close();
  }

  /** The nearest: an upgraded connection has TLS within TLS. */
  private SslHandler tlsBelow(ChannelHandlerContext ctx) {
    @Nullable SslHandler nearest = null;
    for (var entry : ctx.pipeline()) {
      if (entry.getValue() == this) {
        break;
      }
      if (entry.getValue() instanceof SslHandler tls) {
        nearest = tls;
      }
    }
    return Objects.requireNonNull(nearest);
  }

  /** What comes after. */
  @FunctionalInterface
  public interface Next {
    /** Adds the handlers that read the decrypted bytes, or closes the channel. */
    void ready(io.netty.channel.Channel channel, SslHandler tls);
  }
}
