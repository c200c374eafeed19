// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/** HTTP/1.1 requests at the cluster's port: what is taken has one length only. */
public final class ProxyRequestTarget {
  private ProxyRequestTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    var channel =
        new EmbeddedChannel(new StrictRequestDecoder(16 * 1024, 8 * 1024, new ArrayDeque<>()));
    channel.writeInbound(Unpooled.copiedBuffer(input));
    Object message;
    while ((message = channel.readInbound()) != null) {
      if (message instanceof HttpRequest request && request.decoderResult().isSuccess()) {
        check(request);
      }
      ReferenceCountUtil.release(message);
    }
    channel.finishAndReleaseAll();
  }

  private static void check(HttpRequest request) {
    UpgradeProtocol.Wish wish = UpgradeProtocol.wish(request.headers());
    if (wish.malformed() && wish.protocol().isPresent()) {
      throw new AssertionError("an upgrade both refused and taken");
    }
    int lengths = request.headers().getAll(HttpHeaderNames.CONTENT_LENGTH).size();
    int codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING).size();
    if (lengths + codings > 1) {
      throw new AssertionError("a body with two lengths: " + request);
    }
  }
}
