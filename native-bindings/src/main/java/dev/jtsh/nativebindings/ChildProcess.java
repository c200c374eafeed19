// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.X_OK;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A child started by posix_spawn: all signals at their default, none blocked, and only the
 * descriptors that were asked for. {@code java.lang.ProcessBuilder} can give a child no descriptor
 * but 0, 1 and 2.
 */
public final class ChildProcess {
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
  private static final Path SHELL = Path.of("/bin/sh");

  /**
   * Ends at once if the parent died before the child had asked for its signal (rule 35), else
   * becomes the wanted program.
   */
  private static final String CHECK_PARENT =
      "[ \"$PPID\" = \"$1\" ] || exit 129; shift; exec \"$@\"";

  private final int pid;

  @GuardedBy("this")
  private @Nullable ExitStatus status;

  private ChildProcess(int pid) {
    this.pid = pid;
  }

  /**
   * Starts a program.
   *
   * @throws ErrnoException if the file does not exist, cannot be executed, or no process can be
   *     made
   * @throws IllegalStateException if a hangup at the parent's death is asked for on a virtual
   *     thread
   */
  public static ChildProcess spawn(SpawnRequest request) {
    if (!request.parentDeathHangup()) {
      return new ChildProcess(SpawnCalls.spawn(request));
    }
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("the kernel binds the hangup to a platform thread");
    }
    if (!hangupSupported()) {
      return new ChildProcess(SpawnCalls.spawn(request));
    }
    FileCalls.access(Path.of(request.file()), X_OK()); // Else the wrapper would find out, too late.
    return new ChildProcess(SpawnCalls.spawn(withHangup(request)));
  }

  /** Whether {@link SpawnRequest#parentDeathHangup} has an effect on this system. */
  public static boolean hangupSupported() {
    return NativeLinker.LINUX && Files.isExecutable(SETPRIV) && Files.isExecutable(SHELL);
  }

  /** The child's process id. */
  public int pid() {
    return pid;
  }

  /**
   * Blocks the calling thread, which should be a platform thread, until the child has ended. May be
   * called by several threads and again after the end.
   */
  public ExitStatus waitFor() {
    ExitStatus known = status();
    if (known != null) {
      return known;
    }
    try {
      ProcessCalls.awaitExitWithoutReaping(pid);
    } catch (ErrnoException e) {
      ExitStatus byAnother = status();
      if (byAnother != null) {
        return byAnother; // Reaped by another thread that waits too.
      }
      throw e;
    }
    synchronized (this) {
      if (status == null) {
        status = ExitStatus.ofWaitStatus(ProcessCalls.reap(pid));
      }
      return status;
    }
  }

  /**
   * Waits a bounded time for the end and reaps nothing: for a shutdown hook beside {@link
   * #waitFor}.
   *
   * @return whether the child has ended
   */
  public boolean awaitExit(Duration atMost) {
    if (status() != null) {
      return true;
    }
    int pidfd;
    synchronized (this) {
      if (status != null) {
        return true;
      }
      pidfd = MemoryCalls.pidfdOpen(pid);
    }
    try {
      long deadline = System.nanoTime() + atMost.toNanos();
      while (true) {
        long left = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
        if (ProcessCalls.pollReadable(pidfd, (int) Math.min(left, Integer.MAX_VALUE))) {
          return true;
        }
        if (left == 0) {
          return false;
        }
      }
    } finally {
      FileCalls.close(pidfd);
    }
  }

  /**
   * Sends a signal, unless the child has been waited for: its pid may belong to another by then.
   *
   * @param signal a number of {@link Signals}
   * @return whether it was sent
   */
  public synchronized boolean signal(int signal) {
    if (status != null) {
      return false;
    }
    ProcessCalls.kill(pid, signal);
    return true;
  }

  private synchronized @Nullable ExitStatus status() {
    return status;
  }

  private static SpawnRequest withHangup(SpawnRequest request) {
    List<String> argv =
        new ArrayList<>(
            List.of(
                SETPRIV.toString(),
                "--pdeathsig",
                "HUP",
                "--",
                SHELL.toString(),
                "-c",
                CHECK_PARENT,
                "sh",
                Integer.toString(ProcessCalls.getpid()),
                request.file()));
    argv.addAll(request.argv().subList(1, request.argv().size()));
    return new SpawnRequest(
        SETPRIV.toString(), argv, request.environment(), request.descriptors(), false);
  }
}
