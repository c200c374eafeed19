// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jtsh}: holds the options all commands share. */
@Command(
    name = "jtsh",
    description = "Headless Kubernetes access: approve on another device, kubectl works here.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {})
final class JtshCommand implements Runnable {
  @Mixin final ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = picocli.CommandLine.ScopeType.INHERIT,
      description = "Show this help.")
  boolean help;

  @Spec @org.jspecify.annotations.Nullable CommandSpec spec;

  @Override
  public void run() {
    throw GroupCommand.missing(java.util.Objects.requireNonNull(spec));
  }
}
