// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Ends a channel so that its peer gets everything written to it. */
public final class Ending {
  private static final Duration LINGER = Duration.ofSeconds(2);

  private Ending() {}

  private static void shutdownOutput(Channel channel) {
    if (channel instanceof DuplexChannel duplex && channel.isActive()) {
      duplex.shutdownOutput(); // The peer sees the end at once, also one that ignores TLS's.
    } else {
      channel.close();
    }
  }

  /**
   * Ends a channel once everything written to it is out. A stream of HTTP/2 is ended, not reset: a
   * reset could overtake its last bytes at the other end. A TLS connection says that it is done and
   * then throws away what still comes, for a moment: a socket closed with unread bytes would be
   * reset by the system, and the peer would lose the end of the answer.
   */
  public static void afterFlush(Channel channel) {
    if (!channel.isActive()) {
      return;
    }
    if (channel instanceof Http2StreamChannel) {
      channel
          .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
          .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
      return;
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(flushed -> {
          if (!flushed.isSuccess()) {
            channel.close();
            return;
          }
          tls.closeOutbound().addListener(said -> shutdownOutput(channel));
          if (channel.pipeline().get(OneByOne.class) != null) {
            channel.pipeline().remove(OneByOne.class);
          }
          channel.config().setAutoRead(true);
          channel
              .eventLoop()
              .schedule(() -> channel.close(), LINGER.toMillis(), TimeUnit.MILLISECONDS);
        });
  }
}
