// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class NoEmptyWritesTest {
  @Test
  void aWriteWithoutAByteSucceedsWithoutWakingTheOtherEnd() {
    EmbeddedChannel channel = new EmbeddedChannel(new NoEmptyWrites());
    ByteBuf empty = Unpooled.buffer(1);

    assertThat(channel.writeAndFlush(empty).isSuccess()).isTrue();

    assertThat(channel.<Object>readOutbound()).isNull();
    assertThat(empty.refCnt()).isZero();
    assertThat(channel.finishAndReleaseAll()).isFalse();
  }

  @Test
  void bytesPass() {
    EmbeddedChannel channel = new EmbeddedChannel(new NoEmptyWrites());

    channel.writeOutbound(Unpooled.wrappedBuffer(new byte[] {1, 2}));

    ByteBuf written = channel.readOutbound();
    assertThat(written.readableBytes()).isEqualTo(2);
    written.release();
  }
}
