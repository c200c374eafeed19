// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.MADV_DONTDUMP;
import static dev.jtsh.nativebindings.generated.LibcBindings.MADV_DONTFORK;
import static dev.jtsh.nativebindings.generated.LibcBindings.MADV_WIPEONFORK;
import static dev.jtsh.nativebindings.generated.LibcBindings.MAP_ANONYMOUS;
import static dev.jtsh.nativebindings.generated.LibcBindings.MAP_FIXED;
import static dev.jtsh.nativebindings.generated.LibcBindings.MAP_NORESERVE;
import static dev.jtsh.nativebindings.generated.LibcBindings.MAP_PRIVATE;
import static dev.jtsh.nativebindings.generated.LibcBindings.MAP_SHARED;
import static dev.jtsh.nativebindings.generated.LibcBindings.PROT_NONE;
import static dev.jtsh.nativebindings.generated.LibcBindings.PROT_READ;
import static dev.jtsh.nativebindings.generated.LibcBindings.PROT_WRITE;
import static dev.jtsh.nativebindings.generated.LibcBindings.RLIMIT_MEMLOCK;
import static dev.jtsh.nativebindings.generated.LibcBindings.RLIM_INFINITY;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Pages for secrets, the best kind the system gives: memfd_secret (not even root reads it through
 * /proc, no core and no swap holds it), else locked and kept out of dumps and forks, else plain.
 */
final class SecretMemory {
  private SecretMemory() {}

  /** What {@link #place} managed. */
  record Mapping(MemorySegment segment, SecretArena.Kind kind) {}

  /**
   * New pages between two guard pages.
   *
   * @param bytes a multiple of the page size
   * @param strongest the kind to begin with; weaker ones follow
   */
  static Mapping map(long bytes, SecretArena.Kind strongest) {
    if (!NativeLinker.LINUX) {
      MemorySegment plain = Arena.global().allocate(bytes);
      return new Mapping(plain, SecretArena.Kind.UNLOCKED);
    }
    long page = MemoryCalls.PAGE_BYTES;
    int flags = MAP_PRIVATE() | MAP_ANONYMOUS() | MAP_NORESERVE();
    MemorySegment reserved =
        MemoryCalls.mmap(MemorySegment.NULL, bytes + 2 * page, PROT_NONE(), flags, -1);
    return place(reserved.asSlice(page, bytes), strongest);
  }

  /** Puts fresh zeroed pages over an address range that is ours. */
  static Mapping place(MemorySegment range, SecretArena.Kind strongest) {
    if (strongest == SecretArena.Kind.MEMFD_SECRET && placeSecret(range)) {
      return new Mapping(range, SecretArena.Kind.MEMFD_SECRET);
    }
    int flags = MAP_PRIVATE() | MAP_ANONYMOUS() | MAP_FIXED();
    MemoryCalls.mmap(range, range.byteSize(), PROT_READ() | PROT_WRITE(), flags, -1);
    MemoryCalls.madvise(range, MADV_DONTDUMP());
    MemoryCalls.madvise(range, MADV_WIPEONFORK());
    if (strongest != SecretArena.Kind.UNLOCKED && lock(range)) {
      return new Mapping(range, SecretArena.Kind.LOCKED);
    }
    return new Mapping(range, SecretArena.Kind.UNLOCKED);
  }

  /** Gives the pages and their guards back. */
  static void unmap(Mapping mapping) {
    if (NativeLinker.LINUX) {
      long page = MemoryCalls.PAGE_BYTES;
      MemorySegment whole = MemorySegment.ofAddress(mapping.segment().address() - page);
      MemoryCalls.munmap(NativeLinker.view(whole, mapping.segment().byteSize() + 2 * page));
    }
  }

  /** The most this process may lock, as far as the limit says; what is locked already counts. */
  static long lockableBytes() {
    if (!NativeLinker.LINUX) {
      return Long.MAX_VALUE;
    }
    long limit = ProcessCalls.getrlimit(RLIMIT_MEMLOCK()).soft();
    boolean free = limit == RLIM_INFINITY() || ProcessStatus.read().mayLockAnyAmount();
    return free ? Long.MAX_VALUE : limit;
  }

  private static boolean placeSecret(MemorySegment range) {
    int fd;
    try {
      fd = MemoryCalls.memfdSecret();
    } catch (ErrnoException e) {
      return false; // Not in this kernel, or switched off at boot.
    }
    try {
      FileCalls.ftruncate(fd, range.byteSize());
      int flags = MAP_SHARED() | MAP_FIXED();
      MemoryCalls.mmap(range, range.byteSize(), PROT_READ() | PROT_WRITE(), flags, fd);
      MemoryCalls.madvise(range, MADV_DONTFORK());
      range.fill((byte) 0); // Faults every page in now: a later failure would be a SIGBUS.
      return true;
    } catch (ErrnoException e) {
      return false; // Over RLIMIT_MEMLOCK; the caller puts other pages over the range.
    } finally {
      FileCalls.close(fd); // An open descriptor could be inherited or opened again.
    }
  }

  private static boolean lock(MemorySegment range) {
    try {
      MemoryCalls.mlock(range);
      return true;
    } catch (ErrnoException e) {
      return false;
    }
  }
}
