// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code jtsh version}. */
@Command(name = "version", description = "Print the version.")
final class VersionCommand implements Callable<Integer> {
  private final Console console;

  VersionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    console.data(
        SafeText.format(
            "jtsh v{} (Java {})", SafeText.of(Version.OURS), SafeText.of(Version.JAVA)));
    return ExitCode.OK.status();
  }
}
