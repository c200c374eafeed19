// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.jtsh.headless.Announcement;
import dev.jtsh.nativebindings.TerminalState;
import dev.jtsh.protocol.text.SafeText;
import java.util.ArrayDeque;
import java.util.function.IntSupplier;

/**
 * Speaks on a terminal that a shell is using: at once at the shell's prompt and beside programs
 * that write lines, later where a program draws the whole screen, whose picture would be destroyed.
 * Who waits for the person then rings the bell, if the person asked for it.
 */
final class TerminalVoice implements ApprovalRequests.Voice, AutoCloseable {
  private static final int STDIN = 0;
  private static final int LINES_MAX = 32;
  private static final long LOOK_AGAIN_MILLIS = 1000;

  private final Console console;
  private final boolean bell;
  private final IntSupplier shell;
  private final Screen screen;

  @GuardedBy("this")
  private final ArrayDeque<SafeText> later = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean watching;

  @GuardedBy("this")
  private boolean closed;

  /** What the terminal is used for now. */
  interface Screen {
    /** Whether there is a terminal at all. */
    boolean isTerminal();

    /** The process group in the foreground. */
    int foregroundGroup();

    /** Whether programs read whole lines. */
    boolean inLineMode();

    /** The terminal at stdin. */
    static Screen ofStdin() {
      return new Screen() {
        @Override
        public boolean isTerminal() {
          return TerminalState.isTerminal(STDIN);
        }

        @Override
        public int foregroundGroup() {
          return TerminalState.foregroundGroup(STDIN);
        }

        @Override
        public boolean inLineMode() {
          return TerminalState.inLineMode(STDIN);
        }
      };
    }
  }

  /**
   * Speaks beside a shell.
   *
   * @param bell whether to ring while lines are kept back
   * @param shell process group of the shell; 0 where a single program runs in its place
   */
  TerminalVoice(Console console, boolean bell, IntSupplier shell, Screen screen) {
    this.console = console;
    this.bell = bell;
    this.shell = shell;
    this.screen = screen;
  }

  @Override
  public void announce(Announcement announcement) {
    say(
        SafeText.format(
            "\nAccess has ended. Approve a new session, in a browser:\n\n{}\n\nor with this"
                + " command:\n\n{}\n",
            SafeLine.of(announcement.link()),
            SafeLine.of(announcement.approveCommand())));
  }

  /** Never shown unasked: what a pod prints here must not look like it (security rule 12). */
  @Override
  public void number(int number) {
    say(SafeText.literal("It needs a number too: run `jtsh renew`, which shows it."));
  }

  @Override
  public synchronized void say(SafeText line) {
    if (closed) {
      return;
    }
    if (later.isEmpty() && isFree()) {
      console.say(SafeText.format("\n{}", line));
      return;
    }
    if (later.size() < LINES_MAX) {
      later.add(line);
    }
    if (bell) {
      console.ring();
    }
    if (!watching) {
      watching = true;
      Thread.ofVirtual().name("terminal").start(this::speakLater);
    }
  }

  /** Whether a line harms no picture on the screen. */
  private boolean isFree() {
    return !screen.isTerminal()
        || screen.inLineMode()
        || (shell.getAsInt() > 0 && screen.foregroundGroup() == shell.getAsInt());
  }

  private void speakLater() {
    while (true) {
      synchronized (this) {
        if (closed) {
          return;
        }
        if (isFree()) {
          later.forEach(line -> console.say(SafeText.format("\n{}", line)));
          later.clear();
          watching = false;
          return;
        }
      }
      try {
        Thread.sleep(LOOK_AGAIN_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Says nothing any more. */
  @Override
  public synchronized void close() {
    closed = true;
  }
}
