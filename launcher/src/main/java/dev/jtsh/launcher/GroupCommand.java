// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only groups others: {@code jtsh proxy}, {@code jtsh headless}. */
@Command
final class GroupCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw missing(Objects.requireNonNull(spec));
  }

  /** Says which there are. */
  static ParameterException missing(CommandSpec group) {
    String names = String.join(", ", group.subcommands().keySet());
    return new ParameterException(
        group.commandLine(),
        group.subcommands().size() == 1
            ? "a command is missing: %s %s".formatted(group.qualifiedName(), names)
            : "a command is missing; one of: " + names);
  }
}
