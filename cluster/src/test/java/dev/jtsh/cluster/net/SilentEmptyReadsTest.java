// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SilentEmptyReadsTest {
  private final List<String> seen = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext ctx) {
              asked.add("read");
              ctx.read();
            }
          },
          new SilentEmptyReads(),
          new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
              ByteBuf bytes = (ByteBuf) message;
              seen.add(bytes.toString(StandardCharsets.US_ASCII));
              bytes.release();
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
              seen.add("end");
            }
          });

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void readOfNothingIsNotSeenAndItsBufferIsReleased() {
    ByteBuf nothing = channel.alloc().buffer();
    channel.writeInbound(nothing);
    assertThat(seen).isEmpty();
    assertThat(nothing.refCnt()).isZero();
  }

  @Test
  void bytesAreSeenWithOneEndAlsoAmongNothing() {
    channel.writeInbound(Unpooled.EMPTY_BUFFER, ascii("a"), Unpooled.EMPTY_BUFFER, ascii("b"));
    assertThat(seen).containsExactly("a", "b", "end");
    channel.writeInbound(Unpooled.EMPTY_BUFFER);
    assertThat(seen).as("a later read of nothing has no end either").hasSize(3);
  }

  @Test
  void whoReadsByHandStillGetsBytesAfterAReadOfNothing() {
    channel.config().setAutoRead(false);
    asked.clear();
    channel.writeInbound(Unpooled.EMPTY_BUFFER);
    assertThat(asked).as("asked again in place of the reader").containsExactly("read");
    asked.clear();
    channel.writeInbound(ascii("a"));
    assertThat(asked).as("the reader has its bytes and asks itself").isEmpty();
  }

  private static ByteBuf ascii(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }
}
