// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * How a terminal was set and which process group was in its foreground, so that both can be put
 * back after a shell, however it ended.
 */
public final class TerminalState {
  /** Where c_lflag stands in Linux's struct termios. */
  private static final int LOCAL_MODES_OFFSET = 12;

  private static final int ICANON = 0x2;

  private final int fd;

  /** struct termios; empty if the descriptor is no terminal. */
  private final byte[] attributes;

  private final int foregroundGroup;

  private TerminalState(int fd, byte[] attributes, int foregroundGroup) {
    this.fd = fd;
    this.attributes = attributes;
    this.foregroundGroup = foregroundGroup;
  }

  /** Whether a descriptor is a terminal. */
  public static boolean isTerminal(int fd) {
    try {
      return TerminalCalls.isatty(fd);
    } catch (ErrnoException e) {
      return false;
    }
  }

  /** Remembers the terminal's state; for a descriptor that is no terminal, nothing. */
  public static TerminalState save(int fd) {
    if (!isTerminal(fd)) {
      return new TerminalState(fd, new byte[0], -1);
    }
    int group;
    try {
      group = TerminalCalls.tcgetpgrp(fd);
    } catch (ErrnoException e) {
      group = -1; // A terminal, but not the one that controls this process.
    }
    return new TerminalState(fd, TerminalCalls.tcgetattr(fd), group);
  }

  /** Puts the state back, also from the background. A terminal that is gone is no error. */
  public void restore() {
    if (attributes.length == 0) {
      return;
    }
    try (Signals.Ignored _ = Signals.ignoreTerminalOutput()) {
      if (foregroundGroup > 0) {
        TerminalCalls.tcsetpgrp(fd, foregroundGroup);
      }
      TerminalCalls.tcsetattr(fd, attributes);
    } catch (ErrnoException e) {
      // The terminal was closed, or its foreground group has ended: nothing is left to restore.
    }
  }

  /** The process group in the terminal's foreground; -1 without a terminal of this process. */
  public static int foregroundGroup(int fd) {
    try {
      return isTerminal(fd) ? TerminalCalls.tcgetpgrp(fd) : -1;
    } catch (ErrnoException e) {
      return -1;
    }
  }

  /**
   * How big a terminal is.
   *
   * @param rows lines of text
   * @param columns characters in a line
   */
  public record Size(int rows, int columns) {}

  /** How big the terminal is; empty without one, and where nobody says. */
  public static Optional<Size> size(int fd) {
    try {
      if (!isTerminal(fd) || !NativeLinker.LINUX) {
        return Optional.empty();
      }
      short[] size = TerminalCalls.windowSize(fd);
      return size[0] == 0 || size[1] == 0
          ? Optional.empty()
          : Optional.of(new Size(Short.toUnsignedInt(size[0]), Short.toUnsignedInt(size[1])));
    } catch (ErrnoException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether the terminal gives out whole lines, as it does to ordinary programs. Programs that draw
   * the whole screen, and shells at their prompt, read key by key.
   */
  public static boolean inLineMode(int fd) {
    try {
      if (!isTerminal(fd)) {
        return false;
      }
      int local =
          ByteBuffer.wrap(TerminalCalls.tcgetattr(fd))
              .order(ByteOrder.nativeOrder())
              .getInt(LOCAL_MODES_OFFSET);
      return (local & ICANON) != 0;
    } catch (ErrnoException e) {
      return false;
    }
  }
}
