// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path home;

  private RunOfMain run(Map<String, String> environment, String... args) {
    return RunOfMain.of(home, NOW, environment, args);
  }

  @Test
  void dataGoesToStdoutAndTalkToStderr() {
    RunOfMain version = run(Map.of(), "version");
    assertThat(version.status).isZero();
    assertThat(version.out).startsWith("jtsh v");
    assertThat(version.err).isEmpty();

    RunOfMain wrong = run(Map.of(), "nonsense");
    assertThat(wrong.status).isEqualTo(2);
    assertThat(wrong.out).isEmpty();
    assertThat(wrong.err).startsWith("ERROR: ").contains("nonsense");
  }

  @Test
  void statusWithoutALoginSaysSoAndExitsWithOne() {
    RunOfMain status = run(Map.of(), "status");

    assertThat(status.status).isEqualTo(1);
    assertThat(status.err).isEqualTo("ERROR: Not logged in.\n");
  }

  @Test
  void whatIsMissingIsNamedInOneLine() {
    RunOfMain none = run(Map.of(), "--headless", "proxy", "kube", "c1");
    assertThat(none.status).isEqualTo(2);
    assertThat(none.err.lines()).hasSize(1);
    assertThat(none.err)
        .contains("missing proxy and user")
        .contains("--proxy and --user")
        .contains("TELEPORT_PROXY and TELEPORT_USER");

    RunOfMain noUser =
        run(Map.of("TELEPORT_HEADLESS", "1", "TELEPORT_PROXY", "p:1"), "proxy", "kube", "c1");
    assertThat(noUser.err).contains("missing user").doesNotContain("proxy and");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--headless proxy kube c1", "proxy kube c1 --headless"})
  void headlessIsTakenBeforeAndAfterTheCommand(String line) {
    RunOfMain run =
        run(
            Map.of("SSH_SESSION_WEBPROXY_ADDR", "127.0.0.1:1", "SSH_TELEPORT_USER", "bob"),
            line.split(" "));

    assertThat(run.status).isEqualTo(ExitCode.UNREACHABLE.status());
    assertThat(run.err).contains("127.0.0.1:1");
  }

  @Test
  void theConfigurationFileIsReadAndTheEnvironmentWins() throws IOException {
    Path file = home.resolve(".config/jtsh/config.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "proxy: 127.0.0.1:1\nuser: bob\n");

    assertThat(run(Map.of(), "--headless", "proxy", "kube", "c1").err).contains("127.0.0.1:1");
    assertThat(
            run(Map.of("TELEPORT_PROXY", "127.0.0.1:2"), "--headless", "proxy", "kube", "c1").err)
        .contains("127.0.0.1:2");
  }

  @Test
  void anUnknownSettingOfTheConfigurationFileIsNamed() throws IOException {
    Path file = home.resolve(".config/jtsh/config.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "password: hunter2\n");

    RunOfMain run = run(Map.of(), "--headless", "proxy", "kube", "c1");

    assertThat(run.status).isEqualTo(2);
    assertThat(run.err).contains("config.yaml").contains("password").doesNotContain("hunter2");
  }

  @Test
  void aLockModeThatIsNoneIsRefusedWhereverItComesFrom() {
    RunOfMain option = run(Map.of(), "status", "--mlock=hard");
    assertThat(option.status).isEqualTo(2);
    assertThat(option.err).contains("--mlock is off, auto, best_effort or strict");

    RunOfMain variable = run(Map.of("TELEPORT_MLOCK_MODE", "hard"), "status");
    assertThat(variable.status).isEqualTo(2);
    assertThat(variable.err).contains("TELEPORT_MLOCK_MODE is off");

    Map<String, String> wrong = Map.of("TELEPORT_MLOCK_MODE", "hard");
    assertThat(run(wrong, "--mlock=strict", "status").status).isEqualTo(1); // Not logged in.
  }

  @ParameterizedTest
  @ValueSource(strings = {"30s", "31h", "soon", "-5", "0"})
  void aSessionLengthThatMakesNoSenseIsRefused(String length) {
    RunOfMain run =
        run(
            Map.of("TELEPORT_PROXY", "127.0.0.1:1", "TELEPORT_USER", "bob"),
            "--headless",
            "proxy",
            "kube",
            "--ttl=" + length);

    assertThat(run.status).isEqualTo(2);
    assertThat(run.err).contains("--ttl");
  }

  @Test
  void aHostileClusterNameIsRefusedAndShownSafely() {
    RunOfMain run =
        run(
            Map.of("TELEPORT_PROXY", "127.0.0.1:1", "TELEPORT_USER", "bob"),
            "--headless",
            "proxy",
            "kube",
            "c\u001b]0;owned\u0007");

    assertThat(run.status).isEqualTo(2);
    assertThat(run.err).doesNotContain("\u001b").doesNotContain("\u0007");
  }

  @Test
  void nothingBehindTwoDashesIsAnError() {
    assertThat(run(Map.of(), "--headless", "proxy", "kube", "--").status).isEqualTo(2);
  }

  @Test
  void aCommandThatCannotRunIsNamedBeforeAnybodyIsAsked() throws IOException {
    Path script = Files.writeString(home.resolve("script"), "echo\n");
    String[] line = {
      "--headless", "--proxy=127.0.0.1:1", "--user=bob", "proxy", "kube", "c1", "--"
    };

    for (String missing : new String[] {"no-such-command", "./no/such/file", "a\u001b[2Jb"}) {
      RunOfMain run = run(Map.of("PATH", "/usr/bin:/bin"), with(line, missing));
      assertThat(run.status).isEqualTo(ExitCode.COMMAND_NOT_FOUND.status());
      assertThat(run.err).contains("the command was not found").doesNotContain("\u001b");
    }
    for (String unusable : new String[] {script.toString(), home.toString()}) {
      RunOfMain run = run(Map.of(), with(line, unusable));
      assertThat(run.status).isEqualTo(ExitCode.CANNOT_START.status());
      assertThat(run.err).contains("cannot be executed");
    }
    assertThat(run(Map.of(), with(line, "sh")).status).isEqualTo(ExitCode.UNREACHABLE.status());
  }

  private static String[] with(String[] line, String command) {
    return Stream.concat(Arrays.stream(line), Stream.of(command)).toArray(String[]::new);
  }

  @Test
  void aMistypedWordIsNamedWithWhatWasProbablyMeant() {
    RunOfMain command = run(Map.of(), "stauts");
    assertThat(command.status).isEqualTo(2);
    assertThat(command.err)
        .startsWith("ERROR: there is no command stauts here\n")
        .contains("Did you mean status?")
        .contains("See jtsh --help");

    RunOfMain option = run(Map.of(), "status", "--fromat=json");
    assertThat(option.status).isEqualTo(2);
    assertThat(option.err).startsWith("ERROR: there is no option --fromat=json here\n");
  }

  @ParameterizedTest
  @CsvSource({
    "help, --help",
    "help kube ls, kube ls --help",
    "help status, status -h",
    "--version, version",
    "-V, version",
    "help version, version --help"
  })
  void wordsOfOtherProgramsMeanOurs(String theirs, String ours) {
    RunOfMain one = run(Map.of(), theirs.split(" "));
    RunOfMain other = run(Map.of(), ours.split(" "));

    assertThat(one.status).isZero();
    assertThat(one.out).isEqualTo(other.out).isNotBlank();
    assertThat(one.err).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "help nonsense, there is no command nonsense here",
    "nonsense --help, there is no command nonsense here",
    "help kube nonsense, there is no command nonsense here",
    "status --nonsense --help, there is no option --nonsense here",
    "kube, a command is missing: jtsh kube ls",
    "proxy, a command is missing: jtsh proxy kube",
    "headless, 'a command is missing; one of: approve, deny, ls, end'",
    "attach one, jtsh attach takes no one",
    "--debug, a command is missing; one of: proxy"
  })
  void whereACommandIsMissingOrUnknownItSaysWhich(String line, String words) {
    RunOfMain run = run(Map.of(), line.split(" "));

    assertThat(run.status).isEqualTo(2);
    assertThat(run.out).isEmpty();
    assertThat(run.err).contains("ERROR: " + words).contains("--help");
  }

  @Test
  void kubectlThatIsNotThereIsSaidBeforeAnybodyIsAsked() {
    Map<String, String> nowhere = Map.of("PATH", home.toString());
    RunOfMain run =
        run(nowhere, "--headless", "--proxy=127.0.0.1:1", "--user=bob", "kubectl", "get", "pods");

    assertThat(run.status).isEqualTo(ExitCode.COMMAND_NOT_FOUND.status());
    assertThat(run.err)
        .isEqualTo(
            """
            ERROR: kubectl: the command was not found
            install kubectl, or put the directory it is in into PATH
            """);
  }

  @Test
  void whereNoSessionCanBeFoundItSaysWhereToLook() {
    RunOfMain run = run(Map.of(), "attach");

    assertThat(run.status).isEqualTo(ExitCode.NO_SESSION.status());
    assertThat(run.err).contains("XDG_RUNTIME_DIR is not set").contains("su and sudo");
  }

  @Test
  void theHelpListsEveryExitCode() {
    RunOfMain help = run(Map.of(), "--help");

    String words = help.out.replaceAll("\\s+", " ");
    for (ExitCode code : ExitCode.values()) {
      assertThat(words).contains(" " + code.status() + " " + code.meaning());
    }
  }

  @Test
  void aProxyAddressThatIsNoneIsNamedInOneLine() {
    RunOfMain run =
        run(
            Map.of("TELEPORT_PROXY", "not an address", "TELEPORT_USER", "bob"),
            "--headless",
            "proxy",
            "kube",
            "c1");

    assertThat(run.status).isEqualTo(2);
    assertThat(run.err.lines()).hasSize(1);
    assertThat(run.err).contains("proxy address must be host or host:port");
  }

  @Test
  void aContextNameThatFitsOnlyOneClusterIsRefusedBeforeAnybodyIsAsked() {
    RunOfMain run =
        run(
            Map.of("TELEPORT_PROXY", "127.0.0.1:1", "TELEPORT_USER", "bob"),
            "--headless",
            "proxy",
            "kube",
            "c1",
            "c2",
            "--set-context-name=work");

    assertThat(run.status).isEqualTo(2);
    assertThat(run.err).contains("--set-context-name").contains("{{.KubeName}}");
  }
}
