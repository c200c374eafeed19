// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for zsh: one function for each command, its options by {@code _arguments}. */
final class ZshCompletion {
  private final String program;
  private final CommandLine line;

  ZshCompletion(String program, CommandLine line) {
    this.program = program;
    this.line = line;
  }

  String text() {
    StringBuilder out = new StringBuilder("#compdef ").append(program).append('\n');
    if (CommandWords.of(line).stream().anyMatch(ClusterNames::follow)) {
      out.append(ClusterNames.zsh());
    }
    for (CommandWords command : CommandWords.of(line)) {
      out.append('\n').append(function(command)).append("() {\n");
      body(command, out);
      out.append("}\n");
    }
    return out.append('\n').append(name("")).append(" \"$@\"\n").toString();
  }

  private void body(CommandWords command, StringBuilder out) {
    Map<String, CommandLine> subs = command.spec().subcommands();
    out.append("  local -a commands\n  local line state\n  _arguments -C -s \\\n");
    for (OptionSpec option : command.options()) {
      for (String name : option.names()) {
        out.append("    ").append(quoted(option(name, option))).append(" \\\n");
      }
    }
    if (subs.isEmpty()) {
      String what = ClusterNames.follow(command) ? "'*: :_jtsh_clusters'" : "'*:: :_default'";
      out.append("    ").append(what).append('\n');
      return;
    }
    out.append("    '1: :->command' \\\n    '*:: :->rest'\n  case $state in\n    command)\n");
    out.append("      commands=(\n");
    subs.forEach((name, sub) ->
        out.append("        ")
            .append(quoted(name + ":" + CommandWords.about(sub.getCommandSpec())))
            .append('\n'));
    out.append("      )\n      _describe command commands\n      ;;\n    rest)\n");
    out.append("      case $line[1] in\n");
    String own = function(command);
    subs.keySet().forEach(name -> out.append("        %s) %s-%s ;;%n".formatted(name, own, name)));
    out.append("      esac\n      ;;\n  esac\n");
  }

  private static String option(String name, OptionSpec option) {
    String about = CommandWords.about(option).replaceAll("([\\[\\]:])", "\\\\$1");
    boolean value = CommandWords.takesValue(option);
    String joined = value && name.startsWith("--") ? "=" : value ? "+" : "";
    String after = value ? ":" + option.paramLabel().replace(":", "\\:") + ":" + files(option) : "";
    return name + joined + "[" + about + "]" + after;
  }

  private static String files(OptionSpec option) {
    return CommandWords.takesFile(option) ? "_files" : " ";
  }

  private String function(CommandWords command) {
    return name(String.join("-", command.path()));
  }

  private String name(String path) {
    return "_" + program + (path.isEmpty() ? "" : "-" + path);
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
