// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jtsh-cluster version}. */
@Command(name = "version", description = "Print the version.")
final class VersionCommand implements Callable<Integer> {
  private final Outside outside;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean unusedHelp; // picocli sets it and acts on it.

  VersionCommand(Outside outside) {
    this.outside = outside;
  }

  @Override
  public Integer call() {
    outside.out().println("jtsh-cluster " + Version.TEXT);
    outside.out().flush();
    return ExitCode.OK.status();
  }
}
