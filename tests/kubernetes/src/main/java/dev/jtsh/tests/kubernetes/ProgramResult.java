// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.kubernetes;

import java.util.List;

/**
 * How a program ended and what it wrote.
 *
 * @param command the program and its arguments
 * @param exitCode its exit status, 128 + N when signal N ended it
 * @param stdout what it wrote there, as UTF-8
 * @param stderr what it wrote there, as UTF-8
 */
public record ProgramResult(List<String> command, int exitCode, String stdout, String stderr) {
  public ProgramResult {
    command = List.copyOf(command);
  }

  /**
   * For steps that must work for the test to make sense.
   *
   * @return this result, when the program ended with 0
   * @throws IllegalStateException with everything it wrote, when not
   */
  public ProgramResult orThrow() {
    if (exitCode != 0) {
      throw new IllegalStateException(
          "%s ended with %d%nstdout: %s%nstderr: %s"
              .formatted(String.join(" ", command), exitCode, stdout, stderr));
    }
    return this;
  }
}
