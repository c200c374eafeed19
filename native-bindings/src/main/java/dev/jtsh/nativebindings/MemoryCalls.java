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
import static dev.jtsh.nativebindings.generated.LibcBindings.madvise$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.memfd_create$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.mlock$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.mlockall$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.mmap$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.munlock$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.munmap$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.sysconf$descriptor;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The memory calls of the C library. Each returns a valid result or throws ErrnoException. */
final class MemoryCalls {
  // int memfd_create(const char *name, unsigned int flags)
  private static final MethodHandle MEMFD_CREATE = link("memfd_create", memfd_create$descriptor());
  // void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
  private static final MethodHandle MMAP = link("mmap", mmap$descriptor());
  // int munmap(void *addr, size_t len)
  private static final MethodHandle MUNMAP = link("munmap", munmap$descriptor());
  // int mlock(const void *addr, size_t len)
  private static final MethodHandle MLOCK = link("mlock", mlock$descriptor());
  // int munlock(const void *addr, size_t len)
  private static final MethodHandle MUNLOCK = link("munlock", munlock$descriptor());
  // int mlockall(int flags)
  private static final MethodHandle MLOCKALL = link("mlockall", mlockall$descriptor());
  // int madvise(void *addr, size_t len, int advice)
  private static final MethodHandle MADVISE = link("madvise", madvise$descriptor());
  // long sysconf(int name)
  private static final MethodHandle SYSCONF = link("sysconf", sysconf$descriptor());
  // long syscall(long number, ...): the two calls below have no function in every C library.
  private static final MethodHandle SYSCALL_1 =
      linkVariadic("syscall", LibcBindings.syscall.makeInvoker(C_INT).descriptor(), 1);
  private static final MethodHandle SYSCALL_2 =
      linkVariadic("syscall", LibcBindings.syscall.makeInvoker(C_INT, C_INT).descriptor(), 1);
  private static final MethodHandle SYSCALL_3 =
      linkVariadic(
          "syscall", LibcBindings.syscall.makeInvoker(C_INT, C_INT, C_INT).descriptor(), 1);

  /** Bytes of a memory page. */
  static final long PAGE_BYTES = pageBytes();

  private MemoryCalls() {}

  static int memfdCreate(String name, int flags) {
    return (int)
        call(
            "memfd_create " + name,
            (arena, st) -> (int) MEMFD_CREATE.invokeExact(st, arena.allocateFrom(name), flags));
  }

  static int memfdSecret() {
    long number = SYS_memfd_secret();
    int flags = O_CLOEXEC();
    return (int)
        call("memfd_secret", (arena, st) -> (long) SYSCALL_1.invokeExact(st, number, flags));
  }

  static int pidfdOpen(int pid) {
    long number = SYS_pidfd_open();
    return (int)
        call(
            "pidfd_open of process " + pid,
            (arena, st) -> (long) SYSCALL_2.invokeExact(st, number, pid, 0));
  }

  /** Closes no descriptor: the range begins above all that can be. */
  static void closeRangeOfNothing() {
    long number = SYS_close_range();
    call("close_range", (arena, st) -> (long) SYSCALL_3.invokeExact(st, number, -1, -1, 0));
  }

  static MemorySegment mmap(MemorySegment at, long bytes, int protection, int flags, int fd) {
    long address =
        call(
            "mmap of " + bytes + " bytes",
            (arena, st) ->
                ((MemorySegment) MMAP.invokeExact(st, at, bytes, protection, flags, fd, 0L))
                    .address());
    return NativeLinker.view(MemorySegment.ofAddress(address), bytes);
  }

  static void munmap(MemorySegment mapping) {
    long bytes = mapping.byteSize();
    call("munmap", (arena, st) -> (int) MUNMAP.invokeExact(st, mapping, bytes));
  }

  static void mlock(MemorySegment mapping) {
    long bytes = mapping.byteSize();
    call("mlock of " + bytes + " bytes", (a, st) -> (int) MLOCK.invokeExact(st, mapping, bytes));
  }

  static void munlock(MemorySegment mapping) {
    long bytes = mapping.byteSize();
    call("munlock", (arena, st) -> (int) MUNLOCK.invokeExact(st, mapping, bytes));
  }

  static void mlockall(int flags) {
    call("mlockall", (arena, st) -> (int) MLOCKALL.invokeExact(st, flags));
  }

  static void madvise(MemorySegment mapping, int advice) {
    long bytes = mapping.byteSize();
    call("madvise " + advice, (arena, st) -> (int) MADVISE.invokeExact(st, mapping, bytes, advice));
  }

  private static long pageBytes() {
    int name = _SC_PAGESIZE();
    return call("sysconf", (arena, st) -> (long) SYSCONF.invokeExact(st, name));
  }
}
