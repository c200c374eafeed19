// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.function.Consumer;

/**
 * HTTP/2 connections with bounds on streams, headers and windows. The window of the connection is
 * as big as those of all its streams together: one stream that nobody reads stops no other.
 */
public final class Http2Connections {
  private static final int STREAM_WINDOW_BYTES = 256 * 1024;
  private static final int DEFAULT_WINDOW_BYTES = 65_535;
  private static final int CLIENT_STREAMS_MAX = 1_000;
  private static final int RESETS_MAX = 400;
  private static final int RESETS_SECONDS = 10;

  private Http2Connections() {}

  /**
   * Takes requests.
   *
   * @param streams how many at once
   * @param headerBytes size of one header block
   * @param trustedPeer the peer may reset as many streams as it likes: it speaks for many users
   * @param stream adds the handlers of one stream, whose {@code AUTO_READ} is off
   */
  public static void serve(
      ChannelPipeline pipeline,
      int streams,
      int headerBytes,
      boolean trustedPeer,
      Consumer<ChannelPipeline> stream) {
    Http2FrameCodecBuilder builder =
        Http2FrameCodecBuilder.forServer()
            .initialSettings(
                Http2Settings.defaultSettings()
                    .maxConcurrentStreams(streams)
                    .initialWindowSize(STREAM_WINDOW_BYTES)
                    .maxHeaderListSize(headerBytes));
    if (trustedPeer) {
      builder.decoderEnforceMaxRstFramesPerWindow(0, 0);
    } else {
      builder.decoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS);
    }
    pipeline.channel().config().setAutoRead(true);
    pipeline.addLast(builder.build());
    pipeline.addLast(
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.config().setAutoRead(false);
                stream.accept(channel.pipeline());
              }
            }));
    pipeline.addLast(new Http2Watch());
    widen(pipeline, streams);
  }

  /** Sends requests; the peer opens no streams. */
  public static Http2Watch dial(ChannelPipeline pipeline, int headerBytes) {
    pipeline.channel().config().setAutoRead(true);
    pipeline.addLast(
        Http2FrameCodecBuilder.forClient()
            .initialSettings(
                Http2Settings.defaultSettings()
                    .pushEnabled(false)
                    .initialWindowSize(STREAM_WINDOW_BYTES)
                    .maxHeaderListSize(headerBytes))
            .build());
    pipeline.addLast(
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.close();
              }
            }));
    Http2Watch watch = new Http2Watch();
    pipeline.addLast(watch);
    widen(pipeline, CLIENT_STREAMS_MAX);
    return watch;
  }

  private static void widen(ChannelPipeline pipeline, int streams) {
    int more = streams * STREAM_WINDOW_BYTES - DEFAULT_WINDOW_BYTES;
    pipeline.writeAndFlush(new DefaultHttp2WindowUpdateFrame(more));
  }
}
