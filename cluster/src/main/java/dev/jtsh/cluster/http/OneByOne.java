// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Hands over one message for each {@code read()}, however many a decoder made of one packet, and
 * says {@code channelReadComplete} after each. A demand stays until it is met: Netty's own handler
 * for this forgets it at the end of a packet that held no whole message.
 */
public final class OneByOne extends ChannelDuplexHandler {
  private final Queue<Object> waiting = new ArrayDeque<>();
  private final boolean toTheEnd;
  private boolean demand;
  private boolean delivering;

  private OneByOne(boolean toTheEnd) {
    this.toTheEnd = toTheEnd;
  }

  /** For requests: what a caller sent and did not wait for goes with its connection. */
  public OneByOne() {
    this(false);
  }

  /** For answers: what was sent before the connection's end is handed over before the end. */
  public static OneByOne ofAnswers() {
    return new OneByOne(true);
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    demand = true;
    if (!delivering) {
      deliver(ctx);
      if (demand) {
        ctx.read();
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    waiting.add(msg);
    if (!delivering) {
      deliver(ctx);
    }
  }

  private void deliver(ChannelHandlerContext ctx) {
    delivering = true;
    try {
      while (demand && !waiting.isEmpty()) {
        demand = false;
        ctx.fireChannelRead(waiting.remove());
        ctx.fireChannelReadComplete();
      }
    } finally {
      delivering = false;
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (demand && waiting.isEmpty()) {
      ctx.read();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    boolean some = !waiting.isEmpty();
    while (!waiting.isEmpty()) {
      ctx.fireChannelRead(waiting.remove());
    }
    if (some) {
      ctx.fireChannelReadComplete();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    while (!waiting.isEmpty()) {
      if (toTheEnd) {
        ctx.fireChannelRead(waiting.remove());
      } else {
        ReferenceCountUtil.release(waiting.remove());
      }
    }
    ctx.fireChannelInactive();
  }
}
