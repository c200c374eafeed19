// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Every command that README and documents show is one the programs take, and a test runs it. */
final class DocumentedCommandsTest {
  private static final Path ROOT = Path.of(System.getProperty("jtsh.root", "../..")).normalize();
  private static final Path RUN_BY = Path.of("src/test/resources/run-by.txt");

  /** What texts call several commands by. */
  private static final Set<String> GROUPS = Set.of("jtsh headless", "jtsh proxy");

  private static final Pattern DEV_COMMAND = Pattern.compile("(?m)^  ([a-z]+)\\) ");
  private static final Pattern DEV_RING = Pattern.compile("(?m)^      ([a-z]+)\\)(?: |$)");

  @Test
  void aLineIsReadAsAShellWouldReadIt() {
    assertThat(ShownCommand.of("here", "laptop$ jtsh headless approve ID  # later").orElseThrow())
        .hasToString("here: jtsh headless approve ID");
    assertThat(ShownCommand.of("here", "eval \"$(jtsh env)\"").orElseThrow())
        .hasToString("here: jtsh env");
    assertThat(ShownCommand.of("here", "jtsh kubectl get 'a b' > file").orElseThrow().words())
        .containsExactly("kubectl", "get", "a b");
    assertThat(ShownCommand.of("here", "jtsh status [--format json\\|yaml]").orElseThrow().words())
        .containsExactly("status", "--format", "json");
    assertThat(ShownCommand.of("here", "kubectl get pods")).isEmpty();
    assertThat(ShownCommand.of("here", "jtsh: makes a key")).isEmpty();
  }

  @Test
  void whatTheProgramsDoNotTakeIsSeen() {
    assertThat(
            refusal(ShownCommand.of("here", "jtsh headless approve --nubmer 1 ID").orElseThrow()))
        .contains("--nubmer");
    assertThat(refusal(ShownCommand.of("here", "jtsh headless approved").orElseThrow()))
        .isNotEmpty();
    assertThat(refusal(ShownCommand.of("here", "jtsh-cluster users add").orElseThrow()))
        .isNotEmpty();
  }

  @Test
  void theProgramsTakeEveryCommandTheDocumentsShow() throws IOException {
    List<String> refused = new ArrayList<>();
    int seen = 0;
    for (ShownCommand shown : shown()) {
      seen++;
      String why = refusal(shown);
      if (!why.isEmpty()) {
        refused.add(shown + "  " + why);
      }
    }
    assertThat(refused).isEmpty();
    assertThat(seen).isGreaterThan(50);
  }

  @Test
  void aTestRunsEveryCommandTheDocumentsShow() throws IOException {
    Map<String, Path> tests = runBy();
    List<String> without = new ArrayList<>();
    for (ShownCommand shown : shown()) {
      String path = path(shown);
      if (path.contains(" ") && !GROUPS.contains(path) && !tests.containsKey(path)) {
        without.add(shown.toString());
      }
    }
    assertThat(without).isEmpty();
  }

  @Test
  void theTestsNamedAreThereAndSayTheCommand() throws IOException {
    for (Map.Entry<String, Path> entry : runBy().entrySet()) {
      String source = Files.readString(ROOT.resolve(entry.getValue()));
      List<String> words = List.of(entry.getKey().split(" "));
      for (String word : words.subList(1, words.size())) {
        assertThat(source).as(entry.toString()).containsPattern("[\" ]" + word + "[\" );]");
      }
    }
  }

  private static List<ShownCommand> shown() throws IOException {
    List<ShownCommand> all = new ArrayList<>();
    for (Path document : ShownCommand.documents(ROOT)) {
      all.addAll(ShownCommand.in(document));
    }
    return all;
  }

  /** Why the program does not take it; empty when it does. */
  private static String refusal(ShownCommand shown) {
    if (shown.program().equals("dev")) {
      return refusalOfDev(shown.words());
    }
    if (shown.words().isEmpty()) {
      return ""; // A text that speaks of the program.
    }
    try {
      ParseResult parsed = parse(shown);
      boolean options = shown.words().stream().anyMatch(word -> word.startsWith("-"));
      boolean whole = parsed.isUsageHelpRequested() || leaf(parsed).getSubcommands().isEmpty();
      return whole || !options ? "" : "is not a whole command"; // "jtsh headless" is a subject.
    } catch (ParameterException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String refusalOfDev(List<String> words) {
    try {
      String script = Files.readString(ROOT.resolve("dev"));
      if (!words.isEmpty() && !all(DEV_COMMAND, script).contains(words.getFirst())) {
        return "./dev has no such command";
      }
      boolean ring = words.size() > 1 && words.getFirst().equals("test");
      return ring && !all(DEV_RING, script).contains(words.get(1)) ? "no such ring" : "";
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Set<String> all(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  private static ParseResult parse(ShownCommand shown) {
    List<String> words = shown.words();
    int dashes = words.indexOf("--");
    int kubectl = words.indexOf("kubectl");
    dashes = kubectl >= 0 && kubectl < dashes ? -1 : dashes; // Behind it all is kubectl's own.
    List<String> own = dashes < 0 ? words : words.subList(0, dashes);
    CommandLine program =
        shown.program().equals("jtsh")
            ? dev.jtsh.launcher.Main.commandLine()
            : dev.jtsh.cluster.Main.commandLine();
    return program.parseArgs(own.toArray(String[]::new));
  }

  private static CommandLine leaf(ParseResult parsed) {
    return parsed.asCommandLineList().getLast();
  }

  /** Program and commands without what they are given. */
  private static String path(ShownCommand shown) {
    if (shown.words().isEmpty() || shown.program().equals("dev")) {
      return shown.program();
    }
    try {
      return leaf(parse(shown)).getCommandSpec().qualifiedName(" ");
    } catch (ParameterException e) {
      return shown.toString();
    }
  }

  /** Which test runs a command: lines of {@code COMMAND: FILE}. */
  private static Map<String, Path> runBy() throws IOException {
    Map<String, Path> tests = new TreeMap<>();
    for (String line : Files.readAllLines(RUN_BY)) {
      if (!line.startsWith("#") && !line.isBlank()) {
        String[] parts = line.split(": ", 2);
        tests.put(parts[0], Path.of(parts[1]));
      }
    }
    return tests;
  }
}
