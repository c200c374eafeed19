// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Waits for one TLS handshake, then leaves: told the protocol that was agreed on, or the cause. */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
  private final SslHandler tls;
  private final BiConsumer<Channel, String> succeeded;
  private final Consumer<Throwable> failed;
  private boolean told;

  HandshakeWatch(
      SslHandler tls, BiConsumer<Channel, String> succeeded, Consumer<Throwable> failed) {
    this.tls = tls;
    this.succeeded = succeeded;
    this.failed = failed;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    if (handshake.isSuccess()) {
      told = true;
      String protocol = tls.applicationProtocol();
      succeeded.accept(ctx.channel(), protocol == null ? "" : protocol);
      ctx.pipeline().remove(this);
    } else {
      fail(ctx, handshake.cause());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(ctx, new java.nio.channels.ClosedChannelException());
  }

  private void fail(ChannelHandlerContext ctx, Throwable cause) {
    if (!told) {
      told = true;
      failed.accept(cause);
    }
    ctx.close();
  }
}
