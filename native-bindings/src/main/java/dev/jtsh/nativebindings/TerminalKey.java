// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;

/**
 * Waits for one key at a terminal, pressed by itself, and leaves whatever else is typed to the next
 * reader. The terminal stays in line mode with its echo and ^C; the key only ends a line, as Enter
 * does, until this is closed. Only a line of one byte is taken: the key, or an Enter alone, which
 * cannot be told apart before it is read. Linux.
 */
public final class TerminalKey implements AutoCloseable {
  /** Where c_cc stands in Linux's struct termios, and VEOL in it. */
  private static final int CONTROL_CHARACTERS_OFFSET = 17;

  private static final int VEOL = 11;

  private final int fd;
  private final byte key;
  private final TerminalState before;
  private final Thread atExit = new Thread(this::restore, "terminal");
  private boolean closed; // Guarded by this.

  /** What was typed. */
  public enum Press {
    /** The key by itself. */
    KEY,
    /** Nothing in this time. */
    NOTHING,
    /** Something else, which stays: no key can be seen behind it. */
    OTHER
  }

  private TerminalKey(int fd, char key, TerminalState before) {
    this.fd = fd;
    this.key = (byte) key;
    this.before = before;
  }

  /**
   * Begins to wait.
   *
   * @param fd a terminal
   * @param key an ASCII letter
   * @return empty where it cannot be done: no terminal, in the background, not in line mode
   */
  public static Optional<TerminalKey> open(int fd, char key) {
    try {
      if (!NativeLinker.LINUX
          || !TerminalState.inLineMode(fd)
          || TerminalState.foregroundGroup(fd) != TerminalQuestion.ownGroup()) {
        return Optional.empty();
      }
      TerminalKey opened = new TerminalKey(fd, key, TerminalState.save(fd));
      Runtime.getRuntime().addShutdownHook(opened.atExit); // A signal ends us without close().
      byte[] attributes = TerminalCalls.tcgetattr(fd);
      attributes[CONTROL_CHARACTERS_OFFSET + VEOL] = opened.key;
      TerminalCalls.tcsetattr(fd, attributes);
      return Optional.of(opened);
    } catch (ErrnoException | IllegalStateException e) {
      return Optional.empty(); // The terminal has gone, or the process is ending.
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
      return FileCalls.read(fd, one) == 1 && one.get(ValueLayout.JAVA_BYTE, 0) == key
          ? Press.KEY
          : Press.NOTHING;
    }
  }

  private synchronized void restore() {
    if (!closed) {
      closed = true;
      before.restore();
    }
  }

  /** The key is one like any other again. */
  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process is ending.
    }
  }
}
