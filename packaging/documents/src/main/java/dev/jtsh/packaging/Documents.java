// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import dev.jtsh.launcher.WrittenHelp;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/**
 * Writes what a package says about its commands: AsciiDoc of man pages, completions, and the help
 * of jtsh as it shows it itself.
 */
public final class Documents {
  private Documents() {}

  /**
   * Writes {@code NAME/man/*.adoc} and {@code NAME/completion/{bash,zsh,fish}} for both programs,
   * and {@code jtsh/help}.
   *
   * @param arguments the directory to write to
   */
  public static void main(String[] arguments) throws IOException {
    Path out = Path.of(arguments[0]);
    Map<String, CommandLine> programs =
        new TreeMap<>(
            Map.of(
                "jtsh", dev.jtsh.launcher.Main.commandLine(),
                "jtsh-cluster", dev.jtsh.cluster.Main.commandLine()));
    for (Map.Entry<String, CommandLine> program : programs.entrySet()) {
      write(program.getKey(), program.getValue(), out.resolve(program.getKey()));
    }
    // Anew: the generator of man pages has given the others colours of its own.
    writeHelp(CommandWords.of(dev.jtsh.launcher.Main.commandLine()), out.resolve("jtsh/help"));
  }

  private static void writeHelp(List<CommandWords> commands, Path into) throws IOException {
    Files.createDirectories(into);
    for (CommandWords command : commands) {
      CommandLine line = command.spec().commandLine();
      for (boolean coloured : new boolean[] {false, true}) {
        String text = line.getUsageMessage(coloured ? Ansi.ON : Ansi.OFF).stripTrailing();
        Files.writeString(into.resolve(WrittenHelp.file(command.path(), coloured)), text);
      }
    }
  }

  private static void write(String name, CommandLine line, Path out) throws IOException {
    Path man = Files.createDirectories(out.resolve("man"));
    Path completion = Files.createDirectories(out.resolve("completion"));
    int status =
        ManPageGenerator.generateManPage(
            man.toFile(), (File) null, new boolean[0], false, line.getCommandSpec());
    if (status != 0) {
      throw new IOException("no man pages of " + name + ": " + status);
    }
    boolean clusters = CommandWords.of(line).stream().anyMatch(ClusterNames::follow);
    Files.writeString(
        completion.resolve("bash"),
        AutoComplete.bash(name, line) + (clusters ? ClusterNames.bash() : ""));
    Files.writeString(completion.resolve("zsh"), new ZshCompletion(name, line).text());
    Files.writeString(completion.resolve("fish"), new FishCompletion(name, line).text());
  }
}
