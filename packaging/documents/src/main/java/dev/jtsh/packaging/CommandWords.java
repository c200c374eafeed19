// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command and where it stands, as a completion needs it.
 *
 * @param path the words that lead to it, without the program's own name
 * @param spec its options and subcommands
 */
record CommandWords(List<String> path, CommandSpec spec) {

  /** The program and all its commands, parents first. */
  static List<CommandWords> of(CommandLine program) {
    List<CommandWords> all = new ArrayList<>();
    add(all, List.of(), program);
    return all;
  }

  private static void add(List<CommandWords> all, List<String> path, CommandLine line) {
    all.add(new CommandWords(path, line.getCommandSpec()));
    for (Map.Entry<String, CommandLine> sub : line.getSubcommands().entrySet()) {
      List<String> longer = new ArrayList<>(path);
      longer.add(sub.getKey());
      add(all, List.copyOf(longer), sub.getValue());
    }
  }

  /** Options that are shown to people. */
  List<OptionSpec> options() {
    return spec.options().stream().filter(option -> !option.hidden()).toList();
  }

  /** One line that says what it does. */
  static String about(CommandSpec spec) {
    return first(spec.usageMessage().description());
  }

  /** One line that says what it is for. */
  static String about(OptionSpec option) {
    return first(option.description());
  }

  private static String first(String[] lines) {
    return lines.length == 0 ? "" : lines[0].replace("%n", " ").replace("%%", "%").strip();
  }

  /** Whether a value follows the option. */
  static boolean takesValue(OptionSpec option) {
    return option.arity().max() > 0;
  }

  /** Whether that value is a file. */
  static boolean takesFile(OptionSpec option) {
    return option.paramLabel().contains("FILE") || option.paramLabel().contains("DIR");
  }
}
