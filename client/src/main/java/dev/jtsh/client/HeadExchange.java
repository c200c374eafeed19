// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;

/**
 * Sends one HTTP/1.1 request without a body and takes the head of its answer, then leaves. What it
 * asks for makes a pipe of the connection, in which the other side does not speak first: a byte
 * behind the head is a fault.
 */
final class HeadExchange extends ChannelInboundHandlerAdapter {
  private static final int HEAD_BYTES_MAX = 16 * 1024;
  private static final byte[] END = {'\r', '\n', '\r', '\n'};

  private final byte[] request;
  private final Promise<AnswerHead> answer;
  private final StringBuilder head = new StringBuilder();

  HeadExchange(byte[] request, Promise<AnswerHead> answer) {
    this.request = request;
    this.answer = answer;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(Unpooled.wrappedBuffer(request));
    ctx.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof ByteBuf bytes) {
        head.append(new String(ByteBufUtil.getBytes(bytes), StandardCharsets.ISO_8859_1));
        look(ctx);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void look(ChannelHandlerContext ctx) {
    int end = head.indexOf(new String(END, StandardCharsets.ISO_8859_1));
    if (end < 0 && head.length() <= HEAD_BYTES_MAX) {
      ctx.read();
      return;
    }
    if (end < 0 || end > HEAD_BYTES_MAX) {
      fail(ctx, new IOException("the answer's head is too large"));
      return;
    }
    AnswerHead said;
    try {
      said = AnswerHead.parse(head.substring(0, end));
    } catch (IllegalArgumentException e) {
      fail(ctx, new IOException("what answers is no web server", e));
      return;
    }
    boolean pipe = said.status() < 300;
    if (pipe && head.length() > end + END.length) {
      fail(ctx, new IOException("it sent bytes nobody asked for"));
      return;
    }
    ctx.pipeline().remove(this);
    answer.trySuccess(said);
  }

  private void fail(ChannelHandlerContext ctx, Throwable cause) {
    answer.tryFailure(cause);
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    answer.tryFailure(new ClosedChannelException());
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, cause);
  }
}
