// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/** Signal numbers, and keeping out of the way of a shell that owns the terminal. */
public final class Signals {
  /** The terminal is gone, or a session's end for a shell. */
  public static final int HUP = LibcBindings.SIGHUP();

  /** Ctrl-C. */
  public static final int INT = LibcBindings.SIGINT();

  /** Ends a process that cannot refuse. */
  public static final int KILL = LibcBindings.SIGKILL();

  /** Asks a process to end. */
  public static final int TERM = LibcBindings.SIGTERM();

  /** Wakes a stopped process. */
  public static final int CONT = LibcBindings.SIGCONT();

  private Signals() {}

  /**
   * Ignores what a terminal sends to its foreground processes (INT, QUIT, TSTP, TTIN, TTOU) while
   * an interactive shell runs as our child: those are meant for the shell and its jobs. Children
   * spawned meanwhile still get the defaults. By signal(3) and not by {@code sun.misc.Signal},
   * which cannot take QUIT from the JVM, where it means a thread dump.
   *
   * @return closing it restores what was before
   */
  public static Ignored ignoreForShell() {
    Ignored ignored = new Ignored();
    ignored.ignore(LibcBindings.SIGINT());
    ignored.ignore(LibcBindings.SIGQUIT());
    ignored.ignore(LibcBindings.SIGTSTP());
    ignored.ignore(LibcBindings.SIGTTIN());
    ignored.ignore(LibcBindings.SIGTTOU());
    return ignored;
  }

  /** Ignores the stop that a background process gets for changing the terminal. */
  static Ignored ignoreTerminalOutput() {
    Ignored ignored = new Ignored();
    ignored.ignore(LibcBindings.SIGTTOU());
    return ignored;
  }

  /** Signals that are ignored until this is closed. */
  public static final class Ignored implements AutoCloseable {
    private final Map<Integer, MemorySegment> earlier = new LinkedHashMap<>();

    private Ignored() {}

    private void ignore(int signal) {
      earlier.put(signal, ProcessCalls.signal(signal, LibcBindings.SIG_IGN()));
    }

    @Override
    public void close() {
      earlier.forEach(ProcessCalls::signal);
      earlier.clear();
    }
  }
}
