// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Map;
import java.util.TreeMap;

/**
 * A small bounded piece of memory for secrets outside the Java heap, between guard pages: no heap
 * dump, no core and no swap holds it (see {@link Kind} for what the running system gives). Pieces
 * are handed out as {@link SecretBuffer} and wiped when those are closed. Thread-safe.
 */
public final class SecretArena implements AutoCloseable {
  /** How well the memory is kept, best first. */
  public enum Kind {
    /** memfd_secret(2): out of the kernel's own map too; nobody reads it from outside. */
    MEMFD_SECRET,
    /** mlock, MADV_DONTDUMP, MADV_WIPEONFORK: no swap, no core, no fork; root can read it. */
    LOCKED,
    /** Neither was possible (a limit of locked memory near zero): swap may see it. */
    UNLOCKED
  }

  private static final int[] PROCESS_SIZES_BYTES = {256 * 1024, 128 * 1024, 64 * 1024};
  private static final int ALIGNMENT_BYTES = 16;

  private final SecretMemory.Mapping mapping;
  private final int capacity;

  /** Free pieces, offset to length, never two neighbours. */
  @GuardedBy("this")
  private final TreeMap<Integer, Integer> free = new TreeMap<>();

  @GuardedBy("this")
  private int peak;

  @GuardedBy("this")
  private boolean closed;

  private SecretArena(SecretMemory.Mapping mapping) {
    this.mapping = mapping;
    this.capacity = (int) mapping.segment().byteSize();
    free.put(0, capacity);
  }

  /** The one arena of this process: 256 KiB, or less where locked memory is scarce. */
  public static SecretArena process() {
    return OfProcess.ARENA;
  }

  /**
   * An arena of its own, for what does not fit into that of the process.
   *
   * @param bytes a multiple of the page size
   * @param strongest the kind to begin with; weaker ones follow
   */
  public static SecretArena create(int bytes, Kind strongest) {
    return new SecretArena(SecretMemory.map(bytes, strongest));
  }

  /** How well this arena's memory is kept. */
  public Kind kind() {
    return mapping.kind();
  }

  /** Its size in bytes. */
  public int capacity() {
    return capacity;
  }

  /** Bytes handed out at the moment, rounded up to the alignment of 16. */
  public synchronized int used() {
    return capacity - free.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Its account. */
  public synchronized SecretMemoryState state() {
    return new SecretMemoryState(kind(), capacity, capacity, used(), peak);
  }

  /**
   * Hands out zeroed memory.
   *
   * @throws SecretArenaExhaustedException if no free piece is large enough
   */
  public synchronized SecretBuffer allocate(int bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("a secret needs at least one byte, not " + bytes);
    }
    if (closed) {
      throw new IllegalStateException("the arena is closed");
    }
    if (bytes > capacity) {
      throw new SecretArenaExhaustedException(bytes, used(), capacity);
    }
    int length = (bytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    int offset = firstFit(length);
    if (offset >= 0) {
      int available = requireNonNull(free.remove(offset));
      if (available > length) {
        free.put(offset + length, available - length);
      }
      peak = Math.max(peak, used());
      return new SecretBuffer(this, mapping.segment().asSlice(offset, bytes), offset, length);
    }
    throw new SecretArenaExhaustedException(bytes, used(), capacity);
  }

  @GuardedBy("this")
  private int firstFit(int length) {
    for (Map.Entry<Integer, Integer> piece : free.entrySet()) {
      if (piece.getValue() >= length) {
        return piece.getKey();
      }
    }
    return -1;
  }

  /** Takes a wiped piece back and joins it with free neighbours. */
  synchronized void release(int offset, int length) {
    if (closed) {
      return;
    }
    int start = offset;
    int end = offset + length;
    Map.Entry<Integer, Integer> before = free.lowerEntry(start);
    if (before != null && before.getKey() + before.getValue() == start) {
      start = before.getKey();
    }
    Integer after = free.remove(end);
    if (after != null) {
      end += after;
    }
    free.put(start, end - start);
  }

  /** Wipes everything and gives the memory back; buffers still open must not be used any more. */
  @Override
  public synchronized void close() {
    if (this == OfProcess.ARENA) {
      throw new IllegalStateException("the arena of the process lives as long as the process");
    }
    if (!closed) {
      closed = true;
      mapping.segment().fill((byte) 0);
      SecretMemory.unmap(mapping);
    }
  }

  private static final class OfProcess {
    static final SecretArena ARENA = strongest();

    private static SecretArena strongest() {
      for (Kind kind : Kind.values()) {
        for (int bytes : PROCESS_SIZES_BYTES) {
          SecretMemory.Mapping mapping = SecretMemory.map(bytes, kind);
          if (mapping.kind() == kind || !NativeLinker.LINUX) {
            return new SecretArena(mapping);
          }
          SecretMemory.unmap(mapping);
        }
      }
      throw new IllegalStateException("no memory for secrets");
    }
  }
}
