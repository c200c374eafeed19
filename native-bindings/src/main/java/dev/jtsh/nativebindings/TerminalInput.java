// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.ECHO;
import static dev.jtsh.nativebindings.generated.LibcBindings.ECHONL;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.jtsh.nativebindings.generated.termios;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A line that must not be seen: from the terminal, or whatever descriptor 0 is, straight into the
 * arena. The bytes never pass the Java heap.
 */
public final class TerminalInput {
  private static final byte LINE_END = '\n';
  private static final int LOOK_AGAIN_MILLIS = 100;

  private TerminalInput() {}

  /**
   * Reads one line without showing it.
   *
   * @param fd a terminal, or a pipe or file of which no byte behind the line end is taken
   * @param lengthMax the most bytes before the line end
   * @return the bytes without the line end; the caller closes it
   * @throws EOFException when the line is empty
   * @throws IOException when the line is longer than {@code lengthMax}
   */
  public static SecretBuffer readHidden(int fd, int lengthMax) throws IOException {
    if (!TerminalState.isTerminal(fd)) {
      return readLine(fd, lengthMax, () -> {});
    }
    try (Unseen unseen = new Unseen(fd)) {
      return readLine(fd, lengthMax, unseen::awaitInput);
    }
  }

  /** A terminal on which typing is hidden, until this is closed or the process ends. */
  private static final class Unseen implements AutoCloseable {
    private final int fd;
    private final TerminalState before;
    private final Thread atEnd = Thread.ofPlatform().name("terminal").unstarted(this::show);

    @GuardedBy("this")
    private boolean over;

    Unseen(int fd) {
      this.fd = fd;
      this.before = TerminalState.save(fd);
      // A signal such as that of ^C ends the process while the line is read.
      Runtime.getRuntime().addShutdownHook(atEnd);
      hide();
    }

    /** A shell that was given the terminal meanwhile (^Z and fg) has made typing seen again. */
    void awaitInput() {
      do {
        if (isSeen(fd) && TerminalState.foregroundGroup(fd) == TerminalQuestion.ownGroup()) {
          hide();
        }
      } while (!ProcessCalls.pollReadable(fd, LOOK_AGAIN_MILLIS));
    }

    private synchronized void hide() {
      if (!over) {
        hideTyping(fd);
      }
    }

    private synchronized void show() {
      over = true;
      before.restore();
    }

    @Override
    public void close() {
      show();
      try {
        Runtime.getRuntime().removeShutdownHook(atEnd);
      } catch (IllegalStateException e) {
        return; // The process is ending: it runs.
      }
    }
  }

  /** One byte at a time, so that what follows the line stays for the next reader. */
  private static SecretBuffer readLine(int fd, int lengthMax, Runnable await) throws IOException {
    SecretBuffer line = SecretArena.process().allocate(lengthMax + 1);
    try {
      return line.shrinkTo(lengthOfLine(fd, line.segment(), lengthMax, await));
    } catch (IOException | RuntimeException e) {
      line.close();
      throw e;
    }
  }

  private static int lengthOfLine(int fd, MemorySegment line, int lengthMax, Runnable await)
      throws IOException {
    for (int length = 0; length <= lengthMax; length++) {
      MemorySegment place = line.asSlice(length, 1);
      await.run();
      boolean ended = FileCalls.read(fd, place) == 0;
      if (ended || place.get(ValueLayout.JAVA_BYTE, 0) == LINE_END) {
        if (length == 0) {
          throw new EOFException(ended ? "the input ended before a password" : "no password given");
        }
        return length;
      }
    }
    throw new IOException("the password is longer than " + lengthMax + " bytes");
  }

  private static boolean isSeen(int fd) {
    byte[] attributes = TerminalCalls.tcgetattr(fd);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = termios.allocate(arena);
      MemorySegment.copy(attributes, 0, struct, ValueLayout.JAVA_BYTE, 0, attributes.length);
      return (termios.c_lflag(struct) & ECHO()) != 0;
    }
  }

  private static void hideTyping(int fd) {
    byte[] attributes = TerminalCalls.tcgetattr(fd);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = termios.allocate(arena);
      MemorySegment.copy(attributes, 0, struct, ValueLayout.JAVA_BYTE, 0, attributes.length);
      termios.c_lflag(struct, (termios.c_lflag(struct) & ~ECHO()) | ECHONL());
      MemorySegment.copy(struct, ValueLayout.JAVA_BYTE, 0, attributes, 0, attributes.length);
    }
    TerminalCalls.tcsetattr(fd, attributes);
  }
}
