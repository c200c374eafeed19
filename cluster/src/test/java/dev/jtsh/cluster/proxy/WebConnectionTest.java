// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WebConnectionTest {
  @Test
  void aBodyIsWipedFromTheConnectionsBufferOnceItIsHandedOver() {
    List<String> bodies = new ArrayList<>();
    WebApplication application =
        request -> {
          bodies.add(new String(request.body(), UTF_8));
          return CompletableFuture.completedFuture(WebResponse.text(200, "ok"));
        };
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new WebConnection(
                application,
                InetSocketAddress.createUnresolved("client", 1),
                InstantSource.fixed(Instant.EPOCH),
                pipeline -> {}));
    ByteBuf body = Unpooled.copiedBuffer("{\"pass\":\"correct horse\"}", UTF_8);
    var request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.POST, "/webapi/mfa/login/begin", body.retain());

    channel.writeInbound(request);

    assertThat(bodies).containsExactly("{\"pass\":\"correct horse\"}");
    byte[] left = new byte[body.capacity()];
    body.getBytes(0, left);
    assertThat(left).containsOnly(0);
    body.release();
    channel.finishAndReleaseAll();
  }
}
