// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.time.Instant;

/** HTTP/1.1 requests at the local port, upgrades among them. */
public final class LocalRequestTarget {
  private static final FrontCertificate CLIENT = new FrontCertificate("prod", Instant.MAX);

  private LocalRequestTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    var channel = new EmbeddedChannel(new Http1RequestDecoder(16 * 1024));
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
    RequestHead head;
    try {
      head = RequestFilter.http1(request, CLIENT);
    } catch (BadMessageException e) {
      return;
    }
    if (!head.path().startsWith("/")) {
      throw new AssertionError("passed on without a path: " + head);
    }
    if (head.upgrade() != null && head.contentLength() != 0) {
      throw new AssertionError("an upgrade with a body: " + head);
    }
  }
}
