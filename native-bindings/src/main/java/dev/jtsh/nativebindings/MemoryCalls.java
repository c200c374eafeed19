// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.NativeLinker.call;
import static dev.jtsh.nativebindings.NativeLinker.link;
import static dev.jtsh.nativebindings.NativeLinker.linkVariadic;
import static dev.jtsh.nativebindings.generated.KernelBindings.SYS_close_range;
import static dev.jtsh.nativebindings.generated.LibcBindings.C_INT;
import static dev.jtsh.nativebindings.generated.LibcBindings.O_CLOEXEC;
import static dev.jtsh.nativebindings.generated.LibcBindings.SYS_memfd_secret;
import static dev.jtsh.nativebindings.generated.LibcBindings.SYS_pidfd_open;
import static dev.jtsh.nativebindings.generated.LibcBindings._SC_PAGESIZE;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.lang.foreign.MemorySegment;

/** The memory calls of the C library. Each returns a valid result or throws ErrnoException. */
final class MemoryCalls {
  // int memfd_create(const char *name, unsigned int flags)
  private static final NativeFunction MEMFD_CREATE =
      link("memfd_create", LibcBindings::memfd_create$descriptor);
  // void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
  private static final NativeFunction MMAP = link("mmap", LibcBindings::mmap$descriptor);
  // int munmap(void *addr, size_t len)
  private static final NativeFunction MUNMAP = link("munmap", LibcBindings::munmap$descriptor);
  // int mlock(const void *addr, size_t len)
  private static final NativeFunction MLOCK = link("mlock", LibcBindings::mlock$descriptor);
  // int munlock(const void *addr, size_t len)
  private static final NativeFunction MUNLOCK = link("munlock", LibcBindings::munlock$descriptor);
  // int mlockall(int flags)
  private static final NativeFunction MLOCKALL =
      link("mlockall", LibcBindings::mlockall$descriptor);
  // int madvise(void *addr, size_t len, int advice)
  private static final NativeFunction MADVISE = link("madvise", LibcBindings::madvise$descriptor);
  // long sysconf(int name)
  private static final NativeFunction SYSCONF = link("sysconf", LibcBindings::sysconf$descriptor);
  // long syscall(long number, ...): the two calls below have no function in every C library.
  private static final NativeFunction SYSCALL_1 =
      linkVariadic("syscall", () -> LibcBindings.syscall.descriptorOf(C_INT), 1);
  private static final NativeFunction SYSCALL_2 =
      linkVariadic("syscall", () -> LibcBindings.syscall.descriptorOf(C_INT, C_INT), 1);
  private static final NativeFunction SYSCALL_3 =
      linkVariadic("syscall", () -> LibcBindings.syscall.descriptorOf(C_INT, C_INT, C_INT), 1);

  /** Bytes of a memory page. */
  static final long PAGE_BYTES = pageBytes();

  private MemoryCalls() {}

  static int memfdCreate(String name, int flags) {
    return (int)
        call(
            "memfd_create " + name,
            (arena, st) ->
                (int) MEMFD_CREATE.handle().invokeExact(st, arena.allocateFrom(name), flags));
  }

  static int memfdSecret() {
    long number = SYS_memfd_secret();
    int flags = O_CLOEXEC();
    return (int)
        call(
            "memfd_secret",
            (arena, st) -> (long) SYSCALL_1.handle().invokeExact(st, number, flags));
  }

  static int pidfdOpen(int pid) {
    long number = SYS_pidfd_open();
    return (int)
        call(
            "pidfd_open of process " + pid,
            (arena, st) -> (long) SYSCALL_2.handle().invokeExact(st, number, pid, 0));
  }

  /** Closes no descriptor: the range begins above all that can be. */
  static void closeRangeOfNothing() {
    long number = SYS_close_range();
    call(
        "close_range", (arena, st) -> (long) SYSCALL_3.handle().invokeExact(st, number, -1, -1, 0));
  }

  static MemorySegment mmap(MemorySegment at, long bytes, int protection, int flags, int fd) {
    long address =
        call(
            "mmap of " + bytes + " bytes",
            (arena, st) ->
                ((MemorySegment)
                        MMAP.handle().invokeExact(st, at, bytes, protection, flags, fd, 0L))
                    .address());
    return NativeLinker.view(MemorySegment.ofAddress(address), bytes);
  }

  static void munmap(MemorySegment mapping) {
    long bytes = mapping.byteSize();
    call("munmap", (arena, st) -> (int) MUNMAP.handle().invokeExact(st, mapping, bytes));
  }

  static void mlock(MemorySegment mapping) {
    long bytes = mapping.byteSize();
    call(
        "mlock of " + bytes + " bytes",
        (a, st) -> (int) MLOCK.handle().invokeExact(st, mapping, bytes));
  }

  static void munlock(MemorySegment mapping) {
    long bytes = mapping.byteSize();
    call("munlock", (arena, st) -> (int) MUNLOCK.handle().invokeExact(st, mapping, bytes));
  }

  static void mlockall(int flags) {
    call("mlockall", (arena, st) -> (int) MLOCKALL.handle().invokeExact(st, flags));
  }

  static void madvise(MemorySegment mapping, int advice) {
    long bytes = mapping.byteSize();
    call(
        "madvise " + advice,
        (arena, st) -> (int) MADVISE.handle().invokeExact(st, mapping, bytes, advice));
  }

  private static long pageBytes() {
    int name = _SC_PAGESIZE();
    return call("sysconf", (arena, st) -> (long) SYSCONF.handle().invokeExact(st, name));
  }
}
