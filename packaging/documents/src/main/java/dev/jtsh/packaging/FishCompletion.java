// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for fish: a condition on the words before, then what may come. */
final class FishCompletion {
  private final String program;
  private final CommandLine line;

  FishCompletion(String program, CommandLine line) {
    this.program = program;
    this.line = line;
  }

  String text() {
    StringBuilder out = new StringBuilder("# Completion of ").append(program).append(".\n");
    out.append("complete -c ").append(program).append(" -f\n");
    for (CommandWords command : CommandWords.of(line)) {
      String where = where(command.path(), command.spec().subcommands().keySet());
      if (ClusterNames.follow(command)) {
        out.append(ClusterNames.fish());
        out.append("complete -c ").append(program).append(" -n ").append(quoted(where));
        out.append(" -a '(__jtsh_clusters)'\n");
      }
      for (Map.Entry<String, CommandLine> sub : command.spec().subcommands().entrySet()) {
        out.append(
            "complete -c %s -n %s -a %s -d %s%n"
                .formatted(
                    program,
                    quoted(where),
                    sub.getKey(),
                    quoted(CommandWords.about(sub.getValue().getCommandSpec()))));
      }
      for (OptionSpec option : command.options()) {
        out.append(option(where, option));
      }
    }
    return out.toString();
  }

  /** True while the command is the last one named. */
  private static String where(List<String> path, Iterable<String> subcommands) {
    StringBuilder where = new StringBuilder();
    for (String word : path) {
      where.append("__fish_seen_subcommand_from ").append(word).append("; and ");
    }
    where.append("not __fish_seen_subcommand_from");
    int bare = where.length();
    for (String sub : subcommands) {
      where.append(' ').append(sub);
    }
    return where.length() == bare
        ? where.substring(0, where.length() - "; and not __fish_seen_subcommand_from".length())
        : where.toString();
  }

  private String option(String where, OptionSpec option) {
    StringBuilder out = new StringBuilder("complete -c ").append(program);
    if (!where.isEmpty()) {
      out.append(" -n ").append(quoted(where));
    }
    for (String name : option.names()) {
      out.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (CommandWords.takesValue(option)) {
      out.append(CommandWords.takesFile(option) ? " -r -F" : " -x");
    }
    return out.append(" -d ").append(quoted(CommandWords.about(option))).append('\n').toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
