// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import dev.jtsh.tests.kubernetes.ProgramResult;
import java.util.ArrayList;
import java.util.List;

/** gdb, as root, for a moment attached to a process. */
final class Debugger {
  private Debugger() {}

  /** Runs gdb commands while the process stands still, then lets it go on. */
  static String calls(long pid, List<String> commands) {
    List<String> words =
        new ArrayList<>(List.of("gdb", "--batch", "--nx", "-iex", "set auto-load off"));
    // A virtual machine uses these itself; gdb must not stop for them while it calls.
    words.addAll(List.of("-iex", "set debuginfod enabled off", "-p", Long.toString(pid)));
    words.addAll(List.of("-ex", "handle SIGSEGV nostop noprint pass"));
    for (String command : commands) {
      words.addAll(List.of("-ex", command));
    }
    words.addAll(List.of("-ex", "detach"));
    ProgramResult result = Programs.tried(words.toArray(String[]::new)).orThrow();
    String said = result.stdout() + result.stderr();
    if (!said.contains("detached]")) {
      throw new AssertionError("gdb did not finish with process " + pid + ":\n" + said);
    }
    return said;
  }
}
