// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.NativeLinker.call;
import static dev.jtsh.nativebindings.NativeLinker.link;
import static dev.jtsh.nativebindings.NativeLinker.linkPlain;
import static dev.jtsh.nativebindings.NativeLinker.linkVariadic;
import static dev.jtsh.nativebindings.generated.IoctlBindings.TIOCGWINSZ;
import static dev.jtsh.nativebindings.generated.LibcBindings.TCSADRAIN;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.jtsh.nativebindings.generated.IoctlBindings;
import dev.jtsh.nativebindings.generated.LibcBindings;
import dev.jtsh.nativebindings.generated.termios;
import dev.jtsh.nativebindings.generated.winsize;
import java.lang.foreign.MemorySegment;

/** The terminal calls of the C library. */
final class TerminalCalls {
  // int isatty(int fd)
  private static final NativeFunction ISATTY = linkPlain(LibcBindings::isatty$handle);
  // int tcgetattr(int fd, struct termios *attributes)
  private static final NativeFunction TCGETATTR =
      link("tcgetattr", LibcBindings::tcgetattr$descriptor);
  // int tcsetattr(int fd, int actions, const struct termios *attributes)
  private static final NativeFunction TCSETATTR =
      link("tcsetattr", LibcBindings::tcsetattr$descriptor);
  // pid_t tcgetpgrp(int fd)
  private static final NativeFunction TCGETPGRP =
      link("tcgetpgrp", LibcBindings::tcgetpgrp$descriptor);
  // int tcsetpgrp(int fd, pid_t group)
  private static final NativeFunction TCSETPGRP =
      link("tcsetpgrp", LibcBindings::tcsetpgrp$descriptor);

  // int ioctl(int fd, unsigned long request, void *answer)
  private static final NativeFunction IOCTL =
      linkVariadic("ioctl", () -> IoctlBindings.ioctl.descriptorOf(ADDRESS), 2);

  /** Linux's FIONREAD on a terminal: bytes of whole lines in line mode. */
  private static final long FIONREAD = 0x541B;

  private TerminalCalls() {}

  /** How many bytes a read would find at most; Linux. */
  static int bytesWaiting(int fd) {
    int[] bytes = new int[1];
    call(
        "bytes waiting at descriptor " + fd,
        (arena, st) -> {
          MemorySegment count = arena.allocate(JAVA_INT);
          int result = (int) IOCTL.handle().invokeExact(st, fd, FIONREAD, count);
          bytes[0] = count.get(JAVA_INT, 0);
          return result;
        });
    return bytes[0];
  }

  /** Rows and columns; Linux. */
  static short[] windowSize(int fd) {
    short[] size = new short[2];
    call(
        "size of the terminal at descriptor " + fd,
        (arena, st) -> {
          MemorySegment struct = winsize.allocate(arena);
          int result = (int) IOCTL.handle().invokeExact(st, fd, (long) TIOCGWINSZ(), struct);
          size[0] = winsize.ws_row(struct);
          size[1] = winsize.ws_col(struct);
          return result;
        });
    return size;
  }

  static boolean isatty(int fd) {
    return call("isatty", (arena, st) -> (int) ISATTY.handle().invokeExact(fd)) == 1;
  }

  /** The bytes of {@code struct termios}. */
  static byte[] tcgetattr(int fd) {
    byte[] attributes = new byte[(int) termios.sizeof()];
    call(
        "tcgetattr of descriptor " + fd,
        (arena, st) -> {
          MemorySegment struct = termios.allocate(arena);
          int result = (int) TCGETATTR.handle().invokeExact(st, fd, struct);
          MemorySegment.copy(struct, JAVA_BYTE, 0, attributes, 0, attributes.length);
          return result;
        });
    return attributes;
  }

  static void tcsetattr(int fd, byte[] attributes) {
    int actions = TCSADRAIN();
    call(
        "tcsetattr of descriptor " + fd,
        (arena, st) -> {
          MemorySegment struct = termios.allocate(arena);
          MemorySegment.copy(attributes, 0, struct, JAVA_BYTE, 0, attributes.length);
          return (int) TCSETATTR.handle().invokeExact(st, fd, actions, struct);
        });
  }

  static int tcgetpgrp(int fd) {
    return (int)
        call(
            "tcgetpgrp of descriptor " + fd,
            (a, st) -> (int) TCGETPGRP.handle().invokeExact(st, fd));
  }

  static void tcsetpgrp(int fd, int group) {
    call(
        "tcsetpgrp of descriptor " + fd,
        (a, st) -> (int) TCSETPGRP.handle().invokeExact(st, fd, group));
  }
}
