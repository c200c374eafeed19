// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.net;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.util.internal.CleanableDirectBuffer;
import io.netty.util.internal.PlatformDependent;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/**
 * Native buffers that are zeroed before their memory is given back, for connections on which
 * passwords come in: TLS decodes into them, HTTP cuts its messages out of them, and a pool would
 * keep what was in them. Heap buffers are native ones too: the garbage collector would leave copies
 * of others.
 */
public final class WipingAllocator extends AbstractByteBufAllocator {
  /** The one there is; it keeps nothing. */
  public static final WipingAllocator INSTANCE =
      new WipingAllocator(PlatformDependent::allocateDirect);

  private final IntFunction<CleanableDirectBuffer> memory;

  /** Memory comes from here, and goes back there zeroed. */
  WipingAllocator(IntFunction<CleanableDirectBuffer> memory) {
    super(true);
    this.memory = memory;
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return newDirectBuffer(initialCapacity, maxCapacity);
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    return new Wiped(this, initialCapacity, maxCapacity);
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }

  private static final class Wiped extends UnpooledDirectByteBuf {
    Wiped(WipingAllocator allocator, int initialCapacity, int maxCapacity) {
      super(allocator, initialCapacity, maxCapacity);
    }

    /** All memory of this buffer comes from here, what it grows into as well. */
    @Override
    protected CleanableDirectBuffer allocateDirectBuffer(int capacity) {
      return new WipedMemory(((WipingAllocator) alloc()).memory.apply(capacity));
    }
  }

  private record WipedMemory(CleanableDirectBuffer memory) implements CleanableDirectBuffer {
    @Override
    public ByteBuffer buffer() {
      return memory.buffer();
    }

    @Override
    public void clean() {
      ByteBuffer all = memory.buffer().duplicate().clear();
      MemorySegment.ofBuffer(all).fill((byte) 0);
      memory.clean();
    }

    @Override
    public boolean hasMemoryAddress() {
      return memory.hasMemoryAddress();
    }

    @Override
    public long memoryAddress() {
      return memory.memoryAddress();
    }
  }
}
