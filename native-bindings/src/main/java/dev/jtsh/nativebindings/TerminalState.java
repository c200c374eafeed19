// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/**
 * How a terminal was set and which process group was in its foreground, so that both can be put
 * back after a shell, however it ended.
 */
public final class TerminalState {
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
}
