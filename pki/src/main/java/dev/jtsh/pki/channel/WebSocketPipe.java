// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.channel;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** A WebSocket whose binary frames carry a stream of bytes (RFC 6455). */
public final class WebSocketPipe {
  private static final int FRAME_BYTES_MAX = 1024 * 1024;

  /** RFC 6455 §1.3. */
  private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private WebSocketPipe() {}

  /** What a server answers to a client's key: {@code Sec-WebSocket-Accept}. */
  public static String accept(String key) {
    try {
      byte[] text = (key + ACCEPT_GUID).getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  /** Puts frames on what leaves a client, masked, and takes them off what comes. */
  public static void ofClient(ChannelPipeline pipeline) {
    add(pipeline, /* client= */ true);
  }

  /** The same for a server: what comes must be masked. */
  public static void ofServer(ChannelPipeline pipeline) {
    add(pipeline, /* client= */ false);
  }

  private static void add(ChannelPipeline pipeline, boolean client) {
    var config =
        WebSocketDecoderConfig.newBuilder()
            .expectMaskedFrames(!client)
            .allowExtensions(false)
            .maxFramePayloadLength(FRAME_BYTES_MAX)
            .build();
    pipeline.addLast(
        new WebSocket13FrameDecoder(config),
        new WebSocket13FrameEncoder(client),
        new FramedBytes());
  }
}
