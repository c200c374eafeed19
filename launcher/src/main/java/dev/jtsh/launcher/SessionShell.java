// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.ChildProcess;
import dev.jtsh.nativebindings.Environment;
import dev.jtsh.nativebindings.ExitStatus;
import dev.jtsh.nativebindings.ProcessHardening;
import dev.jtsh.nativebindings.SessionFile;
import dev.jtsh.nativebindings.Signals;
import dev.jtsh.nativebindings.SpawnRequest;
import dev.jtsh.nativebindings.TerminalState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The shell (or command) of a session: a child with the kubeconfig as descriptor 3, and jtsh out of
 * the terminal's way while it runs. {@link #run} belongs on a platform thread that lives as long as
 * the shell: the kernel sends the shell its SIGHUP when that thread dies.
 */
final class SessionShell {
  /**
   * The person's own umask, not jtsh's. The shell's pid is known only to the child; the path by it
   * also works in programs that close fd 3.
   */
  private static final String NAME_OWN_DESCRIPTOR =
      "umask \"$1\"; shift; JTSH_KUBECONFIG=/proc/$$/fd/3; export JTSH_KUBECONFIG; exec \"$@\"";

  /** The same, and kubectl is told that path. */
  private static final String USE_OWN_DESCRIPTOR =
      "umask \"$1\"; shift; JTSH_KUBECONFIG=/proc/$$/fd/3; KUBECONFIG=$JTSH_KUBECONFIG;"
          + " export JTSH_KUBECONFIG KUBECONFIG; exec \"$@\"";

  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final int STDIN = 0;

  private final List<String> command;
  private final SessionFile kubeconfig;
  private final Map<String, String> markers;
  private final boolean pathByPid;

  private @Nullable ChildProcess child;
  private @Nullable TerminalState terminal;
  private boolean hangupAsked;

  /**
   * Prepares; nothing is started.
   *
   * @param command program and arguments; a name without a slash is looked up by the child's PATH
   * @param kubeconfig what the child finds as KUBECONFIG
   * @param pathByPid whether KUBECONFIG names the shell's process instead of its descriptor
   * @param markers variables that tell programs in the shell where they are
   */
  SessionShell(
      List<String> command,
      SessionFile kubeconfig,
      Map<String, String> markers,
      boolean pathByPid) {
    this.pathByPid = pathByPid;
    this.command = List.copyOf(command);
    this.kubeconfig = kubeconfig;
    this.markers = Map.copyOf(markers);
  }

  /** Runs the shell to its end. */
  ExitStatus run() {
    TerminalState saved = TerminalState.save(STDIN);
    try (Signals.Ignored _ = Signals.ignoreForShell()) {
      ChildProcess started;
      synchronized (this) {
        if (hangupAsked) {
          return new ExitStatus(0, Signals.HUP);
        }
        terminal = saved;
        started = ChildProcess.spawn(request());
        child = started;
      }
      return started.waitFor();
    } finally {
      saved.restore();
    }
  }

  /** The shell's process; 0 before it runs. */
  synchronized int pid() {
    return child == null ? 0 : child.pid();
  }

  /** Ends the shell from another thread: asks, waits a second, forces; the terminal is put back. */
  void end() {
    ChildProcess running;
    TerminalState saved;
    synchronized (this) {
      hangupAsked = true;
      running = child;
      saved = terminal;
    }
    if (running == null) {
      return;
    }
    running.signal(Signals.HUP);
    running.signal(Signals.CONT);
    if (!running.awaitExit(GRACE)) {
      running.signal(Signals.KILL);
      running.awaitExit(GRACE);
    }
    if (saved != null) {
      saved.restore();
    }
  }

  private SpawnRequest request() {
    List<String> argv =
        new ArrayList<>(
            List.of("/bin/sh", "-c", pathByPid ? USE_OWN_DESCRIPTOR : NAME_OWN_DESCRIPTOR, "sh"));
    argv.add(Integer.toOctalString(ProcessHardening.originalUmask()));
    argv.addAll(command);
    return new SpawnRequest("/bin/sh", argv, environment(), kubeconfig.childDescriptors(), true);
  }

  private Environment environment() {
    Environment environment = OriginalEnvironment.forChild(Environment.ofThisProcess());
    for (Map.Entry<String, String> marker : markers.entrySet()) {
      environment = environment.with(marker.getKey(), marker.getValue());
    }
    return environment.with("KUBECONFIG", kubeconfig.kubeconfigPath());
  }
}
