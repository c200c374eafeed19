// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** Writes what a package says about its commands: AsciiDoc of man pages, and completions. */
public final class Documents {
  private Documents() {}

  /**
   * Writes {@code NAME/man/*.adoc} and {@code NAME/completion/{bash,zsh,fish}} for both programs.
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
