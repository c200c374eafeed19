// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The help of each command as the package has written it down when it was made: showing a file
 * costs a tenth of reading all commands and their options to say the same.
 */
public final class WrittenHelp {
  private static final Pattern WORD = Pattern.compile("[a-z]+(-[a-z]+)*");
  private static final int WORDS_MAX = 4;

  private final Path directory;

  /**
   * Reads from a directory.
   *
   * @param directory as {@link #file} names its files; need not exist
   */
  public WrittenHelp(Path directory) {
    this.directory = directory;
  }

  /** What the start script knows about; in a build tree there is none. */
  static WrittenHelp ofThisProgram() {
    return new WrittenHelp(Path.of(System.getProperty("jtsh.help", "/nonexistent")));
  }

  /**
   * Where the help of a command stands below the directory.
   *
   * @param command its words without the program's own name
   * @param coloured with the control sequences of a terminal
   */
  public static Path file(List<String> command, boolean coloured) {
    String name = command.isEmpty() ? "jtsh" : String.join("_", command);
    return Path.of(name + (coloured ? ".colours" : ".plain"));
  }

  /** Whether these words are a command and {@code --help} or {@code -h} behind it, no more. */
  public static boolean isAsked(List<String> words) {
    return !words.isEmpty()
        && words.size() <= WORDS_MAX
        && (words.getLast().equals("--help") || words.getLast().equals("-h"))
        && words.stream().limit(words.size() - 1L).allMatch(word -> WORD.matcher(word).matches());
  }

  /**
   * The help of the command that is asked for.
   *
   * @param words for which {@link #isAsked}
   * @return empty when nothing is written down for it
   */
  public Optional<String> of(List<String> words, boolean coloured) {
    List<String> command = words.subList(0, words.size() - 1);
    try {
      return Optional.of(Files.readString(directory.resolve(file(command, coloured))));
    } catch (IOException e) {
      return Optional.empty(); // The command itself knows.
    }
  }

  /** Whether help has colours, as picocli decides it. */
  @SuppressWarnings("SystemConsoleNull") // It depends on the run-time's modules which it is.
  static boolean coloured(Map<String, String> environment) {
    if (environment.containsKey("NO_COLOR")) {
      return false;
    }
    if (!environment.getOrDefault("CLICOLOR_FORCE", "0").equals("0")) {
      return true;
    }
    if (environment.getOrDefault("CLICOLOR", "").equals("0")
        || environment.getOrDefault("ConEmuANSI", "").equals("OFF")) {
      return false;
    }
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
