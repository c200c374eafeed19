// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;

/** The first bytes of a connection: alone, and through the router that stands at the port. */
public final class ClientHelloTarget {
  private ClientHelloTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    ByteBuf body = Unpooled.wrappedBuffer(input);
    ClientHello.parse(body);
    if (body.readerIndex() != 0) {
      throw new AssertionError("the bytes were consumed: the service would not see them");
    }
    routed(input);
  }

  private static void routed(byte[] input) {
    var channel = new EmbeddedChannel();
    var router =
        new ClientHelloRouter(
            (hello, from) -> from.eventLoop().newSucceededFuture(pipeline -> {}),
            Duration.ofSeconds(10));
    channel.pipeline().addLast(router);
    channel.writeInbound(Unpooled.copiedBuffer(input));
    channel.finishAndReleaseAll();
    channel.checkException();
  }
}
