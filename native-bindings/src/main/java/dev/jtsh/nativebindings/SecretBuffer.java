// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A secret outside the Java heap. It is wiped when closed; every use of its segment after that
 * throws. It is no record and has no text form on purpose.
 */
public final class SecretBuffer implements AutoCloseable {
  private final SecretArena owner;
  private final SecretRegion region;
  private final MemorySegment raw;
  private final int offset;
  private final int length;
  private final Arena lifetime = Arena.ofShared();
  private final MemorySegment segment;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** {@code length} is what it takes of the region, {@code bytes} what was asked for. */
  SecretBuffer(SecretArena owner, SecretRegion region, int offset, int bytes, int length) {
    this.owner = owner;
    this.region = region;
    this.raw = region.slice(offset, bytes);
    this.offset = offset;
    this.length = length;
    this.segment = NativeLinker.view(raw, raw.byteSize(), lifetime);
  }

  /** The memory itself, readable and writable by any thread until {@link #close}. */
  public MemorySegment segment() {
    return segment;
  }

  /** Bytes asked for. */
  public int size() {
    return (int) raw.byteSize();
  }

  /** Gives the bytes after {@code newSize} back unseen: for content shorter than expected. */
  SecretBuffer shrinkTo(int newSize) {
    if (newSize == size()) {
      return this;
    }
    try (this) {
      SecretBuffer exact = owner.allocate(newSize);
      MemorySegment.copy(segment, 0, exact.segment, 0, newSize);
      return exact;
    }
  }

  /**
   * Wipes the secret and gives its memory back. Closing twice does nothing.
   *
   * @throws IllegalStateException if another thread is inside a native call with this memory
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        lifetime.close();
      } catch (IllegalStateException e) {
        closed.set(false);
        throw e;
      }
      raw.fill((byte) 0);
      owner.release(region, offset, length);
    }
  }
}
