// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A command whose output nobody got has not worked, whatever it did before. */
final class LostOutput {
  private static final Path STDOUT = Path.of("/proc/self/fd/1");

  private LostOutput() {}

  /**
   * The exit status of a command that has ended.
   *
   * @param status its own
   */
  static int status(Console console, int status) {
    return status(console, status, STDOUT);
  }

  /** The same, with another place that says what stdout is. */
  static int status(Console console, int status, Path stdout) {
    if (status != ExitCode.OK.status() || !console.isDataLost()) {
      return status;
    }
    if (isPipe(stdout)) {
      // Who read has enough, such as head; other programs are killed here, without a word.
      return ExitCode.OUTPUT_CLOSED.status();
    }
    return new FailureReport(console)
        .of(
            ExitCode.ERROR,
            SafeText.literal("the output could not be written"),
            SafeText.literal("is the disk full, or stdout closed?"))
        .status();
  }

  private static boolean isPipe(Path stdout) {
    try {
      String target = Files.readSymbolicLink(stdout).toString();
      return target.startsWith("pipe:") || target.startsWith("socket:");
    } catch (IOException e) {
      return false; // Closed, or a system without /proc.
    }
  }
}
