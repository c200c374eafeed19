// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Tools of the machine, run to their end as root. */
final class Programs {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          "HOME", "/nonexistent",
          "LC_ALL", "C.UTF-8");

  private Programs() {}

  /** Fails with all it wrote when the program fails. */
  static String run(String... command) {
    return tried(command).orThrow().stdout();
  }

  /** The same for programs that may fail. */
  static ProgramResult tried(String... command) {
    try (RunningProgram running = RunningProgram.start(List.of(command), ENVIRONMENT)) {
      return running.awaitEnd(LIMIT);
    }
  }
}
