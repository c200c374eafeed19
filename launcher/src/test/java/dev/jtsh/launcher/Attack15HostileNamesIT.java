// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jtsh.launcher.join.JoinOffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rule 15: what jtsh prints for a shell to evaluate sets variables, whatever is in a name. */
class Attack15HostileNamesIT {
  private static final String SEPARATOR = "\u0001";

  @TempDir Path directory;

  /** Fifty names, most of which would run {@code touch pwned} in careless hands. */
  private static List<String> names() {
    List<String> names = new ArrayList<>();
    List<String> commands =
        List.of("$(touch pwned)", "`touch pwned`", "(touch pwned)", "${IFS}touch${IFS}pwned");
    for (String command : commands) {
      names.add(command);
      names.add("'" + command + "'");
      names.add("\"" + command + "\"");
      names.add("'; " + command + "; '");
      names.add("\\'; " + command + "; \\'");
      names.add("p" + command + "q");
    }
    for (String end : List.of(";", "|", "&", "&&", "\n", "\r\n", "||")) {
      names.add("a" + end + "touch pwned");
      names.add("'" + end + "touch pwned" + end + "'");
    }
    names.addAll(
        List.of(
            "a'b",
            "a''b",
            "a\"b",
            "a\\b",
            "\\",
            "'",
            "a\\",
            "!!",
            "%F{red}%(?.a.b)",
            "\u001b[31m",
            "\u202egnissecorp",
            "~root",
            "*",
            "#",
            "\u00e4\u4e2d\ud83d\ude00",
            "a b",
            "$HOME"));
    return names;
  }

  @Test
  void thereAreFiftyOfThem() {
    assertThat(names()).hasSizeGreaterThanOrEqualTo(50).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({"bash,unix", "dash,unix", "zsh,unix", "fish,fish", "sh,unix"})
  void aShellTakesEachNameAsItIs(String shell, String form) throws Exception {
    assumeTrue(installed(shell), shell + " is not installed");
    ShellFormat format = form.equals("fish") ? ShellFormat.FISH : ShellFormat.UNIX;
    StringBuilder script = new StringBuilder();
    List<String> names = names();
    for (int i = 0; i < names.size(); i++) {
      script.append(format.set("NAME" + i, names.get(i))).append('\n');
    }
    Path file = Files.writeString(directory.resolve("names"), script);
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      shown.add("\"$NAME" + i + "\"");
    }
    String read = form.equals("fish") ? "source '%s'\n" : "eval \"$(cat '%s')\"\n";
    String program = read.formatted(file) + "printf '%s\\001' " + String.join(" ", shown) + "\n";

    List<String> arguments = new ArrayList<>(List.of(shell));
    if (shell.equals("zsh")) {
      arguments.addAll(List.of("-f", "-o", "RC_QUOTES", "-o", "PROMPT_SUBST"));
    }
    arguments.addAll(List.of("-c", program));
    assertThat(run(arguments).split(SEPARATOR)).containsExactlyElementsOf(names);
    assertThat(directory.resolve("pwned")).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("names")
  void anOfferWithSuchANameIsRefused(String name) {
    assertThatThrownBy(() -> new JoinOffer("id", name, "2030-01-01T00:00:00Z", 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new JoinOffer(name, "c1", "2030-01-01T00:00:00Z", 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new JoinOffer("id", "c1", name, 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void formsThatCannotHoldANameSafelyRefuseIt() {
    for (String name : names()) {
      if (name.matches("[a-z ]*")) {
        continue;
      }
      if (!name.matches("[\\\\a-z ]*")) {
        assertThatThrownBy(() -> ShellFormat.COMMAND_PROMPT.set("NAME", name))
            .isInstanceOf(SettingsException.class);
        assertThatThrownBy(() -> ShellFormat.TEXT.set("NAME", name))
            .isInstanceOf(SettingsException.class);
      }
      String quoted = ShellFormat.POWERSHELL.quote(name);
      assertThat(quoted.substring(1, quoted.length() - 1).replaceAll("(['\u2018-\u201b])\\1", ""))
          .doesNotContain("'");
    }
    assertThat(ShellFormat.POWERSHELL.quote("a\u2019; rm b")).isEqualTo("'a\u2019\u2019; rm b'");
  }

  /** The snippets of docs/terminals.md, with names that jtsh itself would refuse. */
  @ParameterizedTest
  @CsvSource({"bash,sh", "zsh,sh", "fish,fish"})
  void aPromptShowsEachNameAsItIs(String shell, String language) throws Exception {
    assumeTrue(installed(shell), shell + " is not installed");
    String page = Files.readString(Path.of("..", "docs", "terminals.md"));
    String fence = "```" + language + "\n";
    int from = page.indexOf(fence, page.indexOf("\n" + shell + ", in ")) + fence.length();
    String snippet = page.substring(from, page.indexOf("```", from));
    String show =
        switch (shell) {
          case "bash" -> "PS1='$ '\n" + snippet + "printf '%s' \"${PS1@P}\"\n";
          case "zsh" -> "PROMPT='$ '\n" + snippet + "print -rP -- \"$PROMPT\"\n";
          default -> snippet + "fish_right_prompt\n";
        };
    StringBuilder script = new StringBuilder();
    ShellFormat format = shell.equals("fish") ? ShellFormat.FISH : ShellFormat.UNIX;
    List<String> names = names();
    for (String name : names) {
      script.append(format.set("JTSH_CLUSTER", name)).append('\n').append(show);
      script.append("printf '\\001'\n");
    }
    Path file = Files.writeString(directory.resolve("prompts"), script);
    List<String> command = new ArrayList<>(List.of(shell));
    if (shell.equals("zsh")) {
      command.add("-f");
    }
    command.add(file.toString());
    String[] shown = run(command).split(SEPARATOR);
    for (int i = 0; i < names.size(); i++) {
      assertThat(shown[i]).contains("[" + names.get(i) + "]");
    }
    assertThat(directory.resolve("pwned")).doesNotExist();
  }

  /** Rule 13: the number may belong to another by the time it is evaluated. */
  @ParameterizedTest
  @CsvSource({"bash", "dash", "zsh"})
  void aSessionThatHasGoneSetsNothing(String shell) throws Exception {
    assumeTrue(installed(shell), shell + " is not installed");
    Process gone = new ProcessBuilder("true").start();
    assertThat(gone.waitFor()).isZero();
    JoinOffer offer = new JoinOffer("id", "c1", "2030-01-01T00:00:00Z", (int) gone.pid(), 0);
    String program =
        EnvCommand.unix(offer) + "\necho \"status=$? ${KUBECONFIG-unset} ${JTSH_SESSION-unset}\"";
    assertThat(run(List.of(shell, "-c", program)).strip()).isEqualTo("status=1 unset unset");
  }

  private String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(directory.resolve("err").toFile());
    builder.environment().clear();
    builder
        .environment()
        .putAll(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C.UTF-8", "HOME", directory.toString()));
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return out;
  }

  private static boolean installed(String shell) {
    return Stream.of("/usr/bin/", "/bin/").anyMatch(at -> Files.isExecutable(Path.of(at + shell)));
  }
}
