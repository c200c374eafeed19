// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;

/**
 * Waits for an Enter by itself at a terminal, and leaves whatever else is typed to the next reader.
 * No setting of the terminal is changed, so nothing is left behind however this process ends: in
 * line mode a line of one byte is an Enter alone, and only that is taken. Linux.
 */
public final class TerminalKey implements AutoCloseable {
  private static final byte ENTER = '\n';

  private final int fd;
  private boolean closed; // Guarded by this.

  /** What was typed. */
  public enum Press {
    /** Enter by itself. */
    KEY,
    /** Nothing in this time. */
    NOTHING,
    /** Something else, which stays: no Enter can be seen behind it. */
    OTHER
  }

  private TerminalKey(int fd) {
    this.fd = fd;
  }

  /**
   * Begins to wait.
   *
   * @param fd a terminal
   * @return empty where it cannot be done: no terminal, in the background, not in line mode
   */
  public static Optional<TerminalKey> open(int fd) {
    try {
      return NativeLinker.LINUX
              && TerminalState.inLineMode(fd)
              && TerminalState.foregroundGroup(fd) == TerminalQuestion.ownGroup()
          ? Optional.of(new TerminalKey(fd))
          : Optional.empty();
    } catch (ErrnoException e) {
      return Optional.empty(); // The terminal has gone.
    }
  }

  /** Waits so long. A wait that goes on when this is closed takes nothing any more. */
  public Press await(Duration limit) {
    try {
      if (!ProcessCalls.pollReadable(fd, (int) limit.toMillis())) {
        return Press.NOTHING;
      }
      synchronized (this) {
        if (closed) {
          return Press.NOTHING;
        }
        return TerminalCalls.bytesWaiting(fd) == 1 ? taken() : Press.OTHER;
      }
    } catch (ErrnoException e) {
      return Press.OTHER; // The terminal has gone.
    }
  }

  private Press taken() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocate(1);
      return FileCalls.read(fd, one) == 1 && one.get(ValueLayout.JAVA_BYTE, 0) == ENTER
          ? Press.KEY
          : Press.NOTHING;
    }
  }

  /** From here on an Enter is the next reader's as well. */
  @Override
  public synchronized void close() {
    closed = true;
  }
}
