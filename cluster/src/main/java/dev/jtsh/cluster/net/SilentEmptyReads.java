// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.net;

import dev.jtsh.pki.channel.QuietLocalChannel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;

/**
 * Makes a local channel like a socket, which never shows a read of no bytes. TLS writes an empty
 * buffer when it is flushed with nothing to send, and HTTP/2 flushes after each read: over local
 * channels the two ends would answer each other's nothing with nothing, for ever.
 */
final class SilentEmptyReads extends ChannelInboundHandlerAdapter {
  private boolean delivered; // Something since the last end of a read.

  /** A client's end. */
  static LocalChannel client() {
    return silent(new QuietLocalChannel());
  }

  /** A server whose ends are all like that. */
  static LocalServerChannel server() {
    return new LocalServerChannel() {
      @Override
      protected LocalChannel newLocalChannel(LocalChannel peer) {
        return silent(super.newLocalChannel(peer));
      }
    };
  }

  private static LocalChannel silent(LocalChannel channel) {
    channel.pipeline().addFirst(new SilentEmptyReads());
    return channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes && !bytes.isReadable()) {
      bytes.release();
      return;
    }
    delivered = true;
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (delivered) {
      delivered = false;
      ctx.fireChannelReadComplete();
    } else if (!ctx.channel().config().isAutoRead()) {
      ctx.read(); // Who asked to read still waits for bytes.
    }
  }
}
