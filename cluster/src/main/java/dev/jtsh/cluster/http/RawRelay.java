// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the bytes of its own channel to a peer channel. One on each side; both channels have
 * {@code AUTO_READ} off, and a side is read only while the other takes what it got. When one side
 * ends, the other is closed after its last byte.
 */
public final class RawRelay extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(RawRelay.class);
  private final Channel peer;

  /** Bytes read here are written to {@code peer}. */
  public RawRelay(Channel peer) {
    this.peer = peer;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    pass(msg);
  }

  /** Writes one message to the peer; to be flushed. */
  void pass(Object msg) {
    switch (msg) {
      case ByteBuf bytes -> write(bytes);
      // The first bytes of a pipe may have been read while it was still HTTP.
      case HttpContent content -> {
        boolean end = content instanceof LastHttpContent && !isEndOfHttp(content);
        write(content.content());
        if (end) {
          Ending.afterFlush(peer);
        }
      }
      default -> ReferenceCountUtil.release(msg);
    }
  }

  /** The HTTP/1.1 decoder ends the message of a 101 with this one object. */
  private static boolean isEndOfHttp(HttpContent content) {
    return LastHttpContent.EMPTY_LAST_CONTENT.equals(content);
  }

  private void write(ByteBuf bytes) {
    if (!peer.isActive()) {
      bytes.release(); // The peer has ended; what it sent before is still on its way to our side.
      return;
    }
    peer.write(bytes)
        .addListener(written -> {
          if (!written.isSuccess()) {
            logger.debug("{}: this end takes no more", peer.id());
            peer.close();
          }
        });
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    peer.flush();
    if (peer.isWritable()) {
      ctx.read();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      peer.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Http2StreamCodec.EndOfPipe.INSTANCE) {
      Ending.afterFlush(peer);
      return;
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Ending.afterFlush(peer);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug("{}: a pipe broke", ctx.channel().id(), cause);
    ctx.close();
  }
}
