// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only holds others. */
abstract class CommandGroup implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean unusedHelp; // picocli sets it and acts on it.

  @Override
  public final void run() {
    if (spec == null) {
      throw new IllegalStateException("picocli sets the spec before it runs a command");
    }
    throw new ParameterException(
        spec.commandLine(),
        "a command is missing; one of: " + String.join(", ", spec.subcommands().keySet()));
  }
}
