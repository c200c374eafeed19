// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.tunnel;

import dev.jtsh.cluster.http.Http2ClientStreamCodec;
import dev.jtsh.cluster.http.Http2Watch;
import dev.jtsh.cluster.http.OneByOne;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;

/** One connection of one agent, as the proxy uses it. */
final class AgentConnection {
  /** Below what the agent allows, so that opening a stream is never refused for that. */
  static final int STREAMS_MAX = 900;

  private static final Duration LAST_STREAMS_TIME = Duration.ofHours(1);

  private final Channel connection;
  private final Http2Watch watch;
  private final String hostId;
  private final Instant end;
  private final InstantSource clock;
  private final AtomicInteger streams = new AtomicInteger();

  /**
   * A connection.
   *
   * @param end of the agent's certificate: then nothing new is sent this way
   */
  AgentConnection(
      Channel connection, Http2Watch watch, String hostId, Instant end, InstantSource clock) {
    this.connection = connection;
    this.watch = watch;
    this.hostId = hostId;
    this.end = end;
    this.clock = clock;
  }

  /** Closes it after its end: at once when nothing is under way, else an hour later. */
  void closeAtEnd() {
    Instant now = clock.instant();
    if (now.isAfter(end) && (load() == 0 || now.isAfter(end.plus(LAST_STREAMS_TIME)))) {
      connection.close();
    }
  }

  String hostId() {
    return hostId;
  }

  Channel connection() {
    return connection;
  }

  int load() {
    return streams.get();
  }

  boolean hasRoom() {
    return connection.isActive()
        && !watch.isGoingAway()
        && streams.get() < STREAMS_MAX
        && !clock.instant().isAfter(end);
  }

  /**
   * Opens a stream.
   *
   * @param oneByOne messages come only one for each read, so that none is taken for HTTP when the
   *     stream becomes a pipe
   */
  Future<Channel> open(boolean oneByOne) {
    Promise<Channel> opened = connection.eventLoop().newPromise();
    streams.incrementAndGet();
    new Http2StreamChannelBootstrap(connection)
        .option(ChannelOption.AUTO_READ, false)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Http2ClientStreamCodec());
                if (oneByOne) {
                  channel.pipeline().addLast(OneByOne.ofAnswers());
                }
              }
            })
        .open()
        .addListener((Future<Http2StreamChannel> stream) -> {
          if (!stream.isSuccess()) {
            streams.decrementAndGet();
            opened.setFailure(stream.cause());
            return;
          }
          Channel channel = stream.getNow();
          channel.closeFuture().addListener(closed -> streams.decrementAndGet());
          opened.setSuccess(channel);
        });
    return opened;
  }
}
