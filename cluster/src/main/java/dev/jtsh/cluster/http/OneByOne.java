// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Hands over one message for each {@code read()}, however many a decoder made of one packet. A
 * demand stays until it is met: Netty's own handler for this forgets it at the end of a packet that
 * held no whole message.
 */
public final class OneByOne extends ChannelDuplexHandler {
  private final Queue<Object> waiting = new ArrayDeque<>();
  private boolean demand;
  private boolean delivering;

  @Override
  public void read(ChannelHandlerContext ctx) {
    demand = true;
    deliver(ctx);
    if (demand) {
      ctx.read();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    waiting.add(msg);
    deliver(ctx);
  }

  private void deliver(ChannelHandlerContext ctx) {
    if (delivering) {
      return; // The loop below sees what changed.
    }
    delivering = true;
    try {
      while (demand && !waiting.isEmpty()) {
        demand = false;
        ctx.fireChannelRead(waiting.remove());
      }
    } finally {
      delivering = false;
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (demand && waiting.isEmpty()) {
      ctx.read();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    while (!waiting.isEmpty()) {
      ctx.fireChannelRead(waiting.remove());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    while (!waiting.isEmpty()) {
      ReferenceCountUtil.release(waiting.remove());
    }
    ctx.fireChannelInactive();
  }
}
