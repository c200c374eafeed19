// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;

/**
 * A request that would turn a web connection into a pipe, and the WebSocket frames behind it: the
 * head up to the first empty line, the rest as the client's frames.
 */
public final class ConnectionUpgradeTarget {
  private ConnectionUpgradeTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    int end = headEnd(input);
    var web = new EmbeddedChannel(new HttpRequestDecoder());
    web.writeInbound(Unpooled.copiedBuffer(input, 0, end));
    Object message;
    while ((message = web.readInbound()) != null) {
      if (message instanceof HttpRequest request && request.decoderResult().isSuccess()) {
        Optional<ConnectionUpgrade> upgrade = ConnectionUpgrade.of(request);
        upgrade.ifPresent(asked -> pipe(asked, input, end));
      }
      ReferenceCountUtil.release(message);
    }
    web.finishAndReleaseAll();
  }

  private static int headEnd(byte[] input) {
    for (int i = 3; i < input.length; i++) {
      if (input[i - 3] == '\r'
          && input[i - 2] == '\n'
          && input[i - 1] == '\r'
          && input[i] == '\n') {
        return i + 1;
      }
    }
    return input.length;
  }

  private static void pipe(ConnectionUpgrade upgrade, byte[] input, int from) {
    ReferenceCountUtil.release(upgrade.answer());
    var channel = new EmbeddedChannel();
    upgrade.frame(channel.pipeline());
    try {
      channel.writeInbound(Unpooled.copiedBuffer(input, from, input.length - from));
      channel.checkException();
    } catch (CodecException expected) {
      // Frames that are none: the connection ends.
    }
    Object out;
    while ((out = channel.readInbound()) != null) {
      if (!(out instanceof ByteBuf)) {
        throw new AssertionError("what leaves a pipe is bytes, not " + out.getClass());
      }
      ReferenceCountUtil.release(out);
    }
    channel.finishAndReleaseAll();
  }
}
