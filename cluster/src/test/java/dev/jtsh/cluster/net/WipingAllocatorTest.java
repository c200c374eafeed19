// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WipingAllocatorTest {
  private static final String WORDS = "correct horse battery staple";

  /** Memory of a test, which stays when it is given back. */
  private static final class Kept implements CleanableDirectBuffer {
    private final ByteBuffer memory;
    private boolean given;

    Kept(int capacity) {
      this.memory = ByteBuffer.allocateDirect(capacity);
    }

    @Override
    public ByteBuffer buffer() {
      return memory;
    }

    @Override
    public void clean() {
      given = true;
    }
  }

  private final List<Kept> all = new ArrayList<>();
  private final WipingAllocator allocator =
      new WipingAllocator(capacity -> {
        Kept kept = new Kept(capacity);
        all.add(kept);
        return kept;
      });

  private void assertAllWiped(int wanted) {
    assertThat(all).hasSize(wanted);
    for (Kept kept : all) {
      assertThat(kept.given).isTrue();
      byte[] left = new byte[kept.memory.capacity()];
      kept.memory.duplicate().clear().get(0, left);
      assertThat(left).containsOnly(0);
    }
  }

  @Test
  void memoryIsZeroedBeforeItIsGivenBack() {
    ByteBuf buffer = allocator.buffer(64);
    buffer.writeCharSequence(WORDS, UTF_8);
    buffer.release();

    assertAllWiped(1);
  }

  @Test
  void whatABufferGrewOutOfIsZeroedToo() {
    ByteBuf buffer = allocator.heapBuffer(8);
    for (int i = 0; i < 20; i++) {
      buffer.writeCharSequence(WORDS, UTF_8);
    }
    buffer.capacity(100);
    buffer.release();

    assertThat(all).hasSizeGreaterThan(2);
    assertAllWiped(all.size());
  }

  @Test
  void aSliceKeepsItsMemoryAndZeroesItAtTheEnd() {
    ByteBuf buffer = allocator.ioBuffer(64);
    buffer.writeCharSequence(WORDS, UTF_8);
    ByteBuf slice = buffer.readRetainedSlice(7);
    buffer.release();
    assertThat(slice.toString(UTF_8)).isEqualTo("correct");
    slice.release();

    assertAllWiped(1);
  }

  @Test
  void theOneOfConnectionsGivesBuffersThatCanBeUsed() {
    ByteBuf buffer = WipingAllocator.INSTANCE.directBuffer(8);
    buffer.writeCharSequence(WORDS, UTF_8);
    assertThat(buffer.toString(UTF_8)).isEqualTo(WORDS);
    assertThat(buffer.isDirect()).isTrue();
    assertThat(buffer.release()).isTrue();
  }
}
