// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.MemoryFile;
import dev.jtsh.nativebindings.PasswdEntry;
import dev.jtsh.protocol.text.SafeText;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Opens further shells and commands on a session that runs in another process: each with a sealed
 * kubeconfig of its own on descriptor 3, filled with the session's bytes.
 */
final class SessionShells {
  private final Outside outside;
  private final FailureReport failures;

  SessionShells(Outside outside) {
    this.outside = outside;
    this.failures = new FailureReport(outside.console());
  }

  /** The person's shell, or the command in its place. */
  List<String> words(List<String> command) {
    return command.isEmpty()
        ? List.of(
            ShellChoice.of(outside.environment().get("SHELL"), PasswdEntry.shellOfCurrentUser())
                .program()
                .toString())
        : command;
  }

  /**
   * Runs one to its end.
   *
   * @param session whose session; told apart from this process's end by it
   * @param kubeconfig what the shell finds as KUBECONFIG
   * @param command see {@link #words}
   * @return its exit status
   */
  int run(
      FoundSession session,
      MemorySegment kubeconfig,
      Map<String, String> markers,
      List<String> command,
      boolean pathByPid) {
    try (MemoryFile file = MemoryFile.create("kubeconfig", kubeconfig)) {
      List<String> words =
          SudoCommand.of(command)
              .map(sudo -> sudo.withDescriptor(ProcessHandle.current().pid(), file.fd()))
              .orElseGet(() -> words(command));
      session.whenEnded(() ->
          outside
              .console()
              .say(
                  SafeText.literal(
                      "\njtsh: the session has ended; what this shell has left opens nothing.")));
      return new ShellRun(outside.console(), failures)
          .run(new SessionShell(words, file, markers, pathByPid), Optional.empty());
    }
  }
}
