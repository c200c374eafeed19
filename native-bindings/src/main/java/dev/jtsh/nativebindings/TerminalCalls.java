// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.NativeLinker.call;
import static dev.jtsh.nativebindings.NativeLinker.link;
import static dev.jtsh.nativebindings.NativeLinker.linkVariadic;
import static dev.jtsh.nativebindings.generated.IoctlBindings.TIOCGWINSZ;
import static dev.jtsh.nativebindings.generated.LibcBindings.TCSADRAIN;
import static dev.jtsh.nativebindings.generated.LibcBindings.isatty$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.tcgetattr$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.tcgetpgrp$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.tcsetattr$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.tcsetpgrp$descriptor;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.jtsh.nativebindings.generated.IoctlBindings;
import dev.jtsh.nativebindings.generated.termios;
import dev.jtsh.nativebindings.generated.winsize;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The terminal calls of the C library. */
final class TerminalCalls {
  // int isatty(int fd)
  private static final MethodHandle ISATTY = link("isatty", isatty$descriptor());
  // int tcgetattr(int fd, struct termios *attributes)
  private static final MethodHandle TCGETATTR = link("tcgetattr", tcgetattr$descriptor());
  // int tcsetattr(int fd, int actions, const struct termios *attributes)
  private static final MethodHandle TCSETATTR = link("tcsetattr", tcsetattr$descriptor());
  // pid_t tcgetpgrp(int fd)
  private static final MethodHandle TCGETPGRP = link("tcgetpgrp", tcgetpgrp$descriptor());
  // int tcsetpgrp(int fd, pid_t group)
  private static final MethodHandle TCSETPGRP = link("tcsetpgrp", tcsetpgrp$descriptor());

  // int ioctl(int fd, unsigned long request, struct winsize *size)
  private static final MethodHandle IOCTL =
      linkVariadic("ioctl", IoctlBindings.ioctl.makeInvoker(ADDRESS).descriptor(), 2);

  private TerminalCalls() {}

  /** Rows and columns; Linux. */
  static short[] windowSize(int fd) {
    short[] size = new short[2];
    call(
        "size of the terminal at descriptor " + fd,
        (arena, st) -> {
          MemorySegment struct = winsize.allocate(arena);
          int result = (int) IOCTL.invokeExact(st, fd, (long) TIOCGWINSZ(), struct);
          size[0] = winsize.ws_row(struct);
          size[1] = winsize.ws_col(struct);
          return result;
        });
    return size;
  }

  static boolean isatty(int fd) {
    return call("isatty", (arena, st) -> (int) ISATTY.invokeExact(st, fd)) == 1;
  }

  /** The bytes of {@code struct termios}. */
  static byte[] tcgetattr(int fd) {
    byte[] attributes = new byte[(int) termios.sizeof()];
    call(
        "tcgetattr of descriptor " + fd,
        (arena, st) -> {
          MemorySegment struct = termios.allocate(arena);
          int result = (int) TCGETATTR.invokeExact(st, fd, struct);
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
          return (int) TCSETATTR.invokeExact(st, fd, actions, struct);
        });
  }

  static int tcgetpgrp(int fd) {
    return (int)
        call("tcgetpgrp of descriptor " + fd, (a, st) -> (int) TCGETPGRP.invokeExact(st, fd));
  }

  static void tcsetpgrp(int fd, int group) {
    call("tcsetpgrp of descriptor " + fd, (a, st) -> (int) TCSETPGRP.invokeExact(st, fd, group));
  }
}
