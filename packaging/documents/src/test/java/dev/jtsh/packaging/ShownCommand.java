// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A command line of ours as a document shows it, in a block of code or between backquotes.
 *
 * @param where file and line
 * @param program {@code jtsh}, {@code jtsh-cluster} or {@code ./dev}
 * @param words what follows, with the words that stand for others ({@code NAME}) as they are
 */
record ShownCommand(String where, String program, List<String> words) {
  private static final Pattern PROGRAM =
      Pattern.compile("^(?:[a-z]*[$#] +)?(?:\\./)?(jtsh|jtsh-cluster|dev)(?: +(.*))?$");
  private static final Pattern SUBSTITUTED = Pattern.compile("\\$\\((.*)\\)");
  private static final Pattern QUOTED = Pattern.compile("(?<!`)`([^`]+)`(?!`)");

  /** A word; quotes keep spaces together. */
  private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|'[^']*'|[^\\s\"'])+");

  /** Ours is the part before these. */
  private static final List<String> ENDS = List.of(">", "|", "#", "&&", ";", "<");

  private static final Pattern CLUSTERS_TABLE = Pattern.compile("## Commands");

  ShownCommand {
    words = List.copyOf(words);
  }

  /** The documents of the project that are about using it. */
  static List<Path> documents(Path root) throws IOException {
    List<Path> found = new ArrayList<>(List.of(root.resolve("README.md")));
    for (String name : List.of("SECURITY.md", "CONTRIBUTING.md")) {
      found.add(root.resolve(name));
    }
    try (Stream<Path> pages = Files.list(root.resolve("docs"))) {
      pages.filter(page -> page.toString().endsWith(".md")).sorted().forEach(found::add);
    }
    return found;
  }

  /** All that a document shows. */
  static List<ShownCommand> in(Path document) throws IOException {
    List<ShownCommand> found = new ArrayList<>();
    boolean block = false;
    boolean table = false;
    int number = 0;
    for (String line : Files.readAllLines(document)) {
      number++;
      String where = document.getFileName() + ":" + number;
      if (line.startsWith("```")) {
        block = !block;
      } else if (block) {
        of(where, line).ifPresent(found::add);
      } else {
        table = line.startsWith("#") ? CLUSTERS_TABLE.matcher(line).matches() : table;
        boolean clusters = table && line.startsWith("| `");
        quoted(where, line, clusters ? "jtsh-cluster " : "", found);
      }
    }
    return found;
  }

  private static void quoted(String where, String line, String before, List<ShownCommand> found) {
    // The second cell of a row is prose about the first.
    String first = before.isEmpty() ? line : line.substring(0, line.lastIndexOf(" | "));
    Matcher quote = QUOTED.matcher(first);
    while (quote.find()) {
      String code = quote.group(1);
      if (!before.isEmpty() && code.matches("[-\\[].*")) {
        continue; // Continues the command before it.
      }
      of(where, before + code).ifPresent(found::add);
    }
  }

  /** The command of a line; empty when it is none of ours. */
  static Optional<ShownCommand> of(String where, String line) {
    if (line.matches("jtsh opens a new shell now\\..*")) {
      return Optional.empty(); // What jtsh says, in a transcript.
    }
    Matcher inner = SUBSTITUTED.matcher(line);
    Matcher shown = PROGRAM.matcher(inner.find() ? inner.group(1) : line);
    if (!shown.matches() || (shown.group(1).equals("dev") && !line.contains("./dev"))) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(Optional.ofNullable(shown.group(2)).orElse(""));
    while (word.find() && ENDS.stream().noneMatch(plain(word.group())::startsWith)) {
      String plain = word.group().replaceAll("[\\[\\]\"']", "").replace("...", "");
      int choice = plain.indexOf('|');
      plain = (choice < 0 ? plain : plain.substring(0, choice)).replace("\\", "");
      if (!plain.isEmpty() && !plain.equals("…")) {
        words.add(plain);
      }
    }
    return Optional.of(new ShownCommand(where, shown.group(1), words));
  }

  private static String plain(String word) {
    return word.startsWith("\\|") ? "|" : word; // In a table a bar is written so.
  }

  @Override
  public String toString() {
    return where + ": " + program + " " + String.join(" ", words);
  }
}
