// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A bounded piece of memory for secrets outside the Java heap, between guard pages: no heap dump,
 * no core and no swap holds it (see {@link Kind} for what the running system gives). Pieces are
 * handed out as {@link SecretBuffer} and wiped when those are closed. It grows by whole regions of
 * the same kind, within its maximum and what the system lets be locked. Thread-safe.
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

  private static final int ALIGNMENT_BYTES = 16;

  /** For {@link ProcessSecrets#wipe}. */
  private static final Set<SecretArena> OPEN = ConcurrentHashMap.newKeySet();

  private final Kind kind;
  private final int regionBytes;
  private final int maximumBytes;

  /** The first stays; the others go when they are empty. */
  @GuardedBy("this")
  private final List<SecretRegion> regions = new ArrayList<>();

  @GuardedBy("this")
  private int capacity;

  @GuardedBy("this")
  private int used;

  @GuardedBy("this")
  private int peak;

  @GuardedBy("this")
  private boolean closed;

  private SecretArena(SecretMemory.Mapping first, int maximumBytes) {
    this.kind = first.kind();
    this.regionBytes = (int) first.segment().byteSize();
    this.maximumBytes = maximumBytes;
    this.capacity = regionBytes;
    regions.add(new SecretRegion(first));
    OPEN.add(this);
  }

  /** The one arena of this process: 256 KiB and up to 4 MiB, or less where locking is scarce. */
  public static SecretArena process() {
    return OfProcess.ARENA;
  }

  /**
   * An arena of its own, of a fixed size.
   *
   * @param bytes a multiple of the page size
   * @param strongest the kind to begin with; weaker ones follow
   */
  public static SecretArena create(int bytes, Kind strongest) {
    return create(bytes, bytes, strongest);
  }

  /** As {@link #create(int, Kind)}; grows by as many bytes or more, up to {@code maximumBytes}. */
  static SecretArena create(int bytes, int maximumBytes, Kind strongest) {
    return new SecretArena(SecretMemory.map(bytes, strongest), maximumBytes);
  }

  /** How well this arena's memory is kept. */
  public Kind kind() {
    return kind;
  }

  /** Its size in bytes now. */
  public synchronized int capacity() {
    return capacity;
  }

  /** Bytes handed out at the moment, rounded up to the alignment of 16. */
  public synchronized int used() {
    return used;
  }

  /** Its account. */
  public synchronized SecretMemoryState state() {
    return new SecretMemoryState(kind, capacity, maximumBytes, used, peak);
  }

  /**
   * Hands out zeroed memory.
   *
   * @throws SecretArenaExhaustedException if no free piece is large enough and it cannot grow
   * @throws IllegalStateException if it is closed, or the process is ending
   */
  public synchronized SecretBuffer allocate(int bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("a secret needs at least one byte, not " + bytes);
    }
    if (closed) {
      throw new IllegalStateException("the arena is closed");
    }
    if (bytes > maximumBytes) {
      throw exhausted(bytes, "");
    }
    int length = (bytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    for (SecretRegion region : regions) {
      int offset = region.take(length);
      if (offset >= 0) {
        return handOut(region, offset, bytes, length);
      }
    }
    SecretRegion fresh = grow(length);
    return handOut(fresh, fresh.take(length), bytes, length);
  }

  @GuardedBy("this")
  private SecretBuffer handOut(SecretRegion region, int offset, int bytes, int length) {
    used += length;
    peak = Math.max(peak, used);
    return new SecretBuffer(this, region, offset, bytes, length);
  }

  @GuardedBy("this")
  private SecretRegion grow(int length) {
    int page = (int) MemoryCalls.PAGE_BYTES;
    int bytes = Math.max(regionBytes, (length + page - 1) / page * page);
    if (bytes > maximumBytes - capacity) {
      throw exhausted(length, "");
    }
    SecretMemory.Mapping mapping = SecretMemory.map(bytes, kind);
    if (mapping.kind() != kind) {
      SecretMemory.unmap(mapping);
      throw exhausted(
          length, ", and the system lets no more be locked (ulimit -l shows its limit)");
    }
    SecretRegion region = new SecretRegion(mapping);
    regions.add(region);
    capacity += bytes;
    return region;
  }

  @GuardedBy("this")
  private SecretArenaExhaustedException exhausted(int wanted, String why) {
    return new SecretArenaExhaustedException(wanted, used, capacity, maximumBytes, why);
  }

  /** Takes a wiped piece back. */
  synchronized void release(SecretRegion region, int offset, int length) {
    if (closed) {
      return;
    }
    region.giveBack(offset, length);
    used -= length;
    if (region.empty() && region != regions.getFirst()) {
      regions.remove(region);
      capacity -= region.capacity();
      region.unmap();
    }
  }

  /** Zeroes everything for good, without taking the memory from threads that still look at it. */
  static void wipeAll() {
    OPEN.forEach(SecretArena::wipe);
  }

  private synchronized void wipe() {
    if (!closed) {
      closed = true;
      regions.forEach(SecretRegion::wipe);
    }
  }

  /** Wipes everything and gives the memory back; buffers still open must not be used any more. */
  @Override
  public synchronized void close() {
    if (this == OfProcess.ARENA) {
      throw new IllegalStateException("the arena of the process lives as long as the process");
    }
    if (!closed) {
      closed = true;
      OPEN.remove(this);
      regions.forEach(SecretRegion::unmap);
    }
  }

  private static final class OfProcess {
    /** Several hundred certificates and the text made of them. */
    private static final int MAXIMUM_BYTES = 4 * 1024 * 1024;

    private static final int[] SIZES_BYTES = {
      256 * 1024, 128 * 1024, 64 * 1024, 32 * 1024, 16 * 1024
    };

    /** So that private keys and the kubeconfig find room under the same limit. */
    private static final int SHARE_OF_LIMIT = 4;

    static final SecretArena ARENA = strongest();

    private static SecretArena strongest() {
      for (Kind kind : Kind.values()) {
        for (int bytes : SIZES_BYTES) {
          if (kind != Kind.UNLOCKED && bytes > SecretMemory.lockableBytes() / SHARE_OF_LIMIT) {
            continue;
          }
          SecretMemory.Mapping mapping = SecretMemory.map(bytes, kind);
          if (mapping.kind() == kind || !NativeLinker.LINUX) {
            return new SecretArena(mapping, MAXIMUM_BYTES);
          }
          SecretMemory.unmap(mapping);
        }
      }
      throw new IllegalStateException("no memory for secrets");
    }
  }
}
