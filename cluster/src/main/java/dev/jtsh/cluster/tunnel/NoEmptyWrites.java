// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Keeps writes without a byte from the transport. A TLS handler turns each flush without data into
 * an empty write; between two ends in one process every write wakes the reader, whose HTTP/2 codec
 * flushes at the end of each read: the two would wake each other for ever and take both cores.
 */
final class NoEmptyWrites extends ChannelOutboundHandlerAdapter {
  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes && !bytes.isReadable()) {
      bytes.release();
      promise.trySuccess();
      return;
    }
    ctx.write(message, promise);
  }
}
