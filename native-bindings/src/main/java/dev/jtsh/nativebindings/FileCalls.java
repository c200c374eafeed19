// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.NativeLinker.call;
import static dev.jtsh.nativebindings.NativeLinker.link;
import static dev.jtsh.nativebindings.NativeLinker.linkPlain;
import static dev.jtsh.nativebindings.NativeLinker.linkVariadic;
import static dev.jtsh.nativebindings.generated.LibcBindings.C_INT;
import static dev.jtsh.nativebindings.generated.LibcBindings.EINTR;
import static dev.jtsh.nativebindings.generated.LibcBindings.SEEK_SET;
import static dev.jtsh.nativebindings.generated.LibcBindings.SYS_close_range;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The file calls of the C library. Each returns a valid result or throws ErrnoException. */
final class FileCalls {
  // int open(const char *path, int flags, ...): the mode is always given.
  private static final NativeFunction OPEN =
      linkVariadic("open", () -> LibcBindings.open.descriptorOf(C_INT), 2);
  // int close(int fd)
  private static final NativeFunction CLOSE = link("close", LibcBindings::close$descriptor);
  // ssize_t read(int fd, void *buf, size_t bytes)
  private static final NativeFunction READ = link("read", LibcBindings::read$descriptor);
  // ssize_t write(int fd, const void *buf, size_t bytes)
  private static final NativeFunction WRITE = link("write", LibcBindings::write$descriptor);
  // off_t lseek(int fd, off_t offset, int whence)
  private static final NativeFunction LSEEK = link("lseek", LibcBindings::lseek$descriptor);
  // int ftruncate(int fd, off_t length)
  private static final NativeFunction FTRUNCATE =
      link("ftruncate", LibcBindings::ftruncate$descriptor);
  // int fchmod(int fd, mode_t mode)
  private static final NativeFunction FCHMOD = link("fchmod", LibcBindings::fchmod$descriptor);
  // int fcntl(int fd, int command, ...): with one int argument.
  private static final NativeFunction FCNTL =
      linkVariadic("fcntl", () -> LibcBindings.fcntl.descriptorOf(C_INT), 2);
  // int flock(int fd, int operation)
  private static final NativeFunction FLOCK = link("flock", LibcBindings::flock$descriptor);
  // int access(const char *path, int mode)
  private static final NativeFunction ACCESS = link("access", LibcBindings::access$descriptor);
  // int mkdir(const char *path, mode_t mode)
  private static final NativeFunction MKDIR = link("mkdir", LibcBindings::mkdir$descriptor);
  // int unlink(const char *path)
  private static final NativeFunction UNLINK = link("unlink", LibcBindings::unlink$descriptor);
  // int close_range(unsigned first, unsigned last, unsigned flags): musl has no function for it.
  private static final NativeFunction CLOSE_RANGE =
      linkVariadic("syscall", () -> LibcBindings.syscall.descriptorOf(C_INT, C_INT, C_INT), 1);
  // mode_t umask(mode_t mask)
  private static final NativeFunction UMASK = linkPlain(LibcBindings::umask$handle);

  private FileCalls() {}

  static int open(Path path, int flags, int mode) {
    return (int)
        call(
            "open " + path,
            (arena, st) ->
                (int)
                    OPEN.handle()
                        .invokeExact(st, arena.allocateFrom(path.toString()), flags, mode));
  }

  static void close(int fd) {
    call("close of descriptor " + fd, (arena, st) -> (int) CLOSE.handle().invokeExact(st, fd));
  }

  /** Reads once; 0 at the end. Retries when a signal interrupts. */
  static long read(int fd, MemorySegment into) {
    long bytes = into.byteSize();
    while (true) {
      try {
        return call(
            "read of descriptor " + fd,
            (arena, st) -> (long) READ.handle().invokeExact(st, fd, into, bytes));
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
                (arena, st) -> (long) WRITE.handle().invokeExact(st, fd, rest, bytes));
      } catch (ErrnoException e) {
        if (e.errno() != EINTR()) {
          throw e;
        }
      }
    }
  }

  static void rewind(int fd) {
    int whence = SEEK_SET();
    call(
        "lseek of descriptor " + fd,
        (arena, st) -> (long) LSEEK.handle().invokeExact(st, fd, 0L, whence));
  }

  static void ftruncate(int fd, long bytes) {
    call(
        "ftruncate of descriptor " + fd,
        (a, st) -> (int) FTRUNCATE.handle().invokeExact(st, fd, bytes));
  }

  /** Applies the flags of close_range(2) to all descriptors from the first on. */
  static void closeRange(int first, int flags) {
    long number = SYS_close_range();
    int last = -1; // The largest unsigned number.
    call(
        "close_range from descriptor " + first,
        (arena, st) -> (long) CLOSE_RANGE.handle().invokeExact(st, number, first, last, flags));
  }

  static void fchmod(int fd, int mode) {
    call(
        "fchmod of descriptor " + fd,
        (arena, st) -> (int) FCHMOD.handle().invokeExact(st, fd, mode));
  }

  static int fcntl(int fd, int command, int argument) {
    return (int)
        call(
            "fcntl " + command + " of descriptor " + fd,
            (arena, st) -> (int) FCNTL.handle().invokeExact(st, fd, command, argument));
  }

  static void flock(int fd, int operation) {
    call(
        "flock of descriptor " + fd,
        (arena, st) -> (int) FLOCK.handle().invokeExact(st, fd, operation));
  }

  static void access(Path path, int mode) {
    call(
        "access " + path,
        (arena, st) ->
            (int) ACCESS.handle().invokeExact(st, arena.allocateFrom(path.toString()), mode));
  }

  static void mkdir(Path path, int mode) {
    call(
        "mkdir " + path,
        (arena, st) ->
            (int) MKDIR.handle().invokeExact(st, arena.allocateFrom(path.toString()), mode));
  }

  static void unlink(Path path) {
    call(
        "unlink " + path,
        (arena, st) -> (int) UNLINK.handle().invokeExact(st, arena.allocateFrom(path.toString())));
  }

  /** Sets the mask and returns the earlier one; cannot fail. */
  static int umask(int mask) {
    return (int) call("umask", (arena, st) -> (int) UMASK.handle().invokeExact(mask));
  }
}
