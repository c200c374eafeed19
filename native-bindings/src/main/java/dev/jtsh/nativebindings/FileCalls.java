// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.NativeLinker.call;
import static dev.jtsh.nativebindings.NativeLinker.link;
import static dev.jtsh.nativebindings.NativeLinker.linkVariadic;
import static dev.jtsh.nativebindings.generated.LibcBindings.C_INT;
import static dev.jtsh.nativebindings.generated.LibcBindings.EINTR;
import static dev.jtsh.nativebindings.generated.LibcBindings.SEEK_SET;
import static dev.jtsh.nativebindings.generated.LibcBindings.SYS_close_range;
import static dev.jtsh.nativebindings.generated.LibcBindings.access$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.close$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.fchmod$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.flock$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.ftruncate$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.lseek$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.mkdir$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.read$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.umask$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.unlink$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.write$descriptor;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The file calls of the C library. Each returns a valid result or throws ErrnoException. */
final class FileCalls {
  // int open(const char *path, int flags, ...): the mode is always given.
  private static final MethodHandle OPEN =
      linkVariadic("open", LibcBindings.open.makeInvoker(C_INT).descriptor(), 2);
  // int close(int fd)
  private static final MethodHandle CLOSE = link("close", close$descriptor());
  // ssize_t read(int fd, void *buf, size_t bytes)
  private static final MethodHandle READ = link("read", read$descriptor());
  // ssize_t write(int fd, const void *buf, size_t bytes)
  private static final MethodHandle WRITE = link("write", write$descriptor());
  // off_t lseek(int fd, off_t offset, int whence)
  private static final MethodHandle LSEEK = link("lseek", lseek$descriptor());
  // int ftruncate(int fd, off_t length)
  private static final MethodHandle FTRUNCATE = link("ftruncate", ftruncate$descriptor());
  // int fchmod(int fd, mode_t mode)
  private static final MethodHandle FCHMOD = link("fchmod", fchmod$descriptor());
  // int fcntl(int fd, int command, ...): with one int argument.
  private static final MethodHandle FCNTL =
      linkVariadic("fcntl", LibcBindings.fcntl.makeInvoker(C_INT).descriptor(), 2);
  // int flock(int fd, int operation)
  private static final MethodHandle FLOCK = link("flock", flock$descriptor());
  // int access(const char *path, int mode)
  private static final MethodHandle ACCESS = link("access", access$descriptor());
  // int mkdir(const char *path, mode_t mode)
  private static final MethodHandle MKDIR = link("mkdir", mkdir$descriptor());
  // int unlink(const char *path)
  private static final MethodHandle UNLINK = link("unlink", unlink$descriptor());
  // int close_range(unsigned first, unsigned last, unsigned flags): musl has no function for it.
  private static final MethodHandle CLOSE_RANGE =
      linkVariadic(
          "syscall", LibcBindings.syscall.makeInvoker(C_INT, C_INT, C_INT).descriptor(), 1);
  // mode_t umask(mode_t mask)
  private static final MethodHandle UMASK = link("umask", umask$descriptor());

  private FileCalls() {}

  static int open(Path path, int flags, int mode) {
    return (int)
        call(
            "open " + path,
            (arena, st) ->
                (int) OPEN.invokeExact(st, arena.allocateFrom(path.toString()), flags, mode));
  }

  static void close(int fd) {
    call("close of descriptor " + fd, (arena, st) -> (int) CLOSE.invokeExact(st, fd));
  }

  /** Reads once; 0 at the end. Retries when a signal interrupts. */
  static long read(int fd, MemorySegment into) {
    long bytes = into.byteSize();
    while (true) {
      try {
        return call(
            "read of descriptor " + fd,
            (arena, st) -> (long) READ.invokeExact(st, fd, into, bytes));
      } catch (ErrnoException e) {
        if (e.errno() != EINTR()) {
          throw e;
        }
      }
    }
  }

  /** Writes all of it, straight from its memory. */
  static void writeFully(int fd, MemorySegment content) {
    long done = 0;
    while (done < content.byteSize()) {
      MemorySegment rest = content.asSlice(done);
      long bytes = rest.byteSize();
      try {
        done +=
            call(
                "write to descriptor " + fd,
                (arena, st) -> (long) WRITE.invokeExact(st, fd, rest, bytes));
      } catch (ErrnoException e) {
        if (e.errno() != EINTR()) {
          throw e;
        }
      }
    }
  }

  static void rewind(int fd) {
    int whence = SEEK_SET();
    call("lseek of descriptor " + fd, (arena, st) -> (long) LSEEK.invokeExact(st, fd, 0L, whence));
  }

  static void ftruncate(int fd, long bytes) {
    call("ftruncate of descriptor " + fd, (a, st) -> (int) FTRUNCATE.invokeExact(st, fd, bytes));
  }

  /** Applies the flags of close_range(2) to all descriptors from the first on. */
  static void closeRange(int first, int flags) {
    long number = SYS_close_range();
    int last = -1; // The largest unsigned number.
    call(
        "close_range from descriptor " + first,
        (arena, st) -> (long) CLOSE_RANGE.invokeExact(st, number, first, last, flags));
  }

  static void fchmod(int fd, int mode) {
    call("fchmod of descriptor " + fd, (arena, st) -> (int) FCHMOD.invokeExact(st, fd, mode));
  }

  static int fcntl(int fd, int command, int argument) {
    return (int)
        call(
            "fcntl " + command + " of descriptor " + fd,
            (arena, st) -> (int) FCNTL.invokeExact(st, fd, command, argument));
  }

  static void flock(int fd, int operation) {
    call("flock of descriptor " + fd, (arena, st) -> (int) FLOCK.invokeExact(st, fd, operation));
  }

  static void access(Path path, int mode) {
    call(
        "access " + path,
        (arena, st) -> (int) ACCESS.invokeExact(st, arena.allocateFrom(path.toString()), mode));
  }

  static void mkdir(Path path, int mode) {
    call(
        "mkdir " + path,
        (arena, st) -> (int) MKDIR.invokeExact(st, arena.allocateFrom(path.toString()), mode));
  }

  static void unlink(Path path) {
    call(
        "unlink " + path,
        (arena, st) -> (int) UNLINK.invokeExact(st, arena.allocateFrom(path.toString())));
  }

  /** Sets the mask and returns the earlier one; cannot fail. */
  static int umask(int mask) {
    return (int) call("umask", (arena, st) -> (int) UMASK.invokeExact(st, mask));
  }
}
