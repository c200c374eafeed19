// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class PseudoTerminalIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", System.getenv("PATH"), "PS1", "ready> ", "LC_ALL", "C.UTF-8");

  private static PseudoTerminal shell(String... command) {
    return PseudoTerminal.start(List.of(command), ENVIRONMENT, TerminalSize.USUAL);
  }

  private static PseudoTerminal bash() {
    return shell("bash", "--norc", "--noprofile", "-i");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash --norc --noprofile -i", "dash -i"})
  void aShellAnswersAndItsExitStatusArrives(String command) {
    try (PseudoTerminal terminal = shell(command.split(" "))) {
      terminal.expect("ready> ", SOON);
      terminal.sendLine("echo $((6 * 7)); tty");
      terminal.expect("\n42\n", SOON);
      terminal.expect(Pattern.compile("/dev/pts/\\d+\\n"), SOON);
      terminal.expect("ready> ", SOON);
      terminal.sendLine("exit 7");
      assertThat(terminal.awaitExit(SOON)).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zsh -f -i", "fish --no-config -i"})
  void shellsThatPaintTheirLinesAreReadToo(String command, @TempDir Path home) {
    Map<String, String> environment = new HashMap<>(ENVIRONMENT);
    environment.put("HOME", home.toString());
    try (PseudoTerminal terminal =
        PseudoTerminal.start(List.of(command.split(" ")), environment, TerminalSize.WIDE)) {
      terminal.sendLine("expr 6 '*' 7001");
      terminal.awaitScreen("42006", SOON);
      terminal.sendLine("exit 7");
      assertThat(terminal.awaitExit(SOON)).isEqualTo(7);
    }
  }

  @Test
  void theSizeIsTheOneAskedForAndChangesWithASignal() {
    try (PseudoTerminal terminal =
        PseudoTerminal.start(
            List.of(
                "bash",
                "--norc",
                "-c",
                "trap 'stty size' WINCH; stty size; while :; do sleep 0.1; done"),
            ENVIRONMENT,
            new TerminalSize(101, 37))) {
      terminal.expect("37 101", SOON);
      terminal.resize(new TerminalSize(66, 22));
      terminal.expect("22 66", SOON);
    }
  }

  @Test
  void controlCInterruptsTheForegroundJobOnly() {
    try (PseudoTerminal terminal = bash()) {
      terminal.expect("ready> ", SOON);
      // The job itself says so: a ^C before it has the terminal would reach the shell alone.
      terminal.sendLine("sh -c 'echo begun; exec sleep 100'");
      terminal.expect("\nbegun\n", SOON);
      terminal.send(Key.CONTROL_C);
      terminal.expect("ready> ", SOON);
      terminal.sendLine("echo status $?");
      terminal.expect("\nstatus 130\n", SOON);
    }
  }

  @Test
  void controlZStopsAJobAndFgBringsItBack() {
    try (PseudoTerminal terminal = bash()) {
      terminal.expect("ready> ", SOON);
      terminal.sendLine("sh -c 'echo begun; exec cat'");
      terminal.expect("\nbegun\n", SOON);
      terminal.sendLine("first");
      terminal.expect("first\nfirst\n", SOON);
      terminal.send(Key.CONTROL_Z);
      terminal.expect("Stopped", SOON);
      terminal.sendLine("fg");
      terminal.expect("fg\nsh -c 'echo begun; exec cat'\n", SOON);
      terminal.sendLine("second");
      terminal.expect("second\nsecond\n", SOON);
      terminal.send(Key.CONTROL_D);
      terminal.expect("ready> ", SOON);
      terminal.send(Key.CONTROL_D);
      assertThat(terminal.awaitExit(SOON)).isZero();
    }
  }

  @Test
  void deathByASignalIsToldAsAShellTellsIt() {
    try (PseudoTerminal terminal = shell("sleep", "100")) {
      ProcessHandle.of(terminal.pid()).orElseThrow().destroyForcibly();
      assertThat(terminal.awaitExit(SOON)).isEqualTo(137);
    }
  }

  @Test
  void theTranscriptHoldsTheFirstAndTheLastByteOfAFastProgram() {
    try (PseudoTerminal terminal = shell("seq", "1", "20000")) {
      assertThat(terminal.awaitExit(SOON)).isZero();
      assertThat(terminal.plainTranscript().lines().toList()).hasSize(20000).endsWith("20000");
      assertThat(new String(terminal.transcript(), StandardCharsets.UTF_8))
          .startsWith("1\r\n2\r\n");
      assertThat(terminal.screen()).endsWith("20000").doesNotContain("\n19000\n");
      assertThat(terminal.screenWithScrollback()).startsWith("1\n2\n");
    }
  }

  @Test
  void theEnvironmentIsExactlyTheOneGiven() {
    try (PseudoTerminal terminal =
        PseudoTerminal.start(
            List.of("env"),
            Map.of("PATH", System.getenv("PATH"), "WORDS", "two words; 'quoted' \"$HOME\";"),
            TerminalSize.USUAL)) {
      assertThat(terminal.awaitExit(SOON)).isZero();
      assertThat(terminal.plainTranscript().lines())
          .containsExactlyInAnyOrder(
              "TERM=screen",
              "PATH=" + System.getenv("PATH"),
              "WORDS=two words; 'quoted' \"$HOME\";");
    }
  }

  @Test
  void theWorkingDirectoryIsTheOneGiven(@TempDir Path directory) {
    try (PseudoTerminal terminal =
        PseudoTerminal.start(List.of("pwd"), ENVIRONMENT, directory, TerminalSize.WIDE)) {
      terminal.expect(directory.toString(), SOON);
    }
  }

  @Test
  void wrappedLinesAreReadAsOne() {
    String line = "x".repeat(100) + "end";
    try (PseudoTerminal terminal = shell("sh", "-c", "printf '%s\\n' " + line + "; sleep 100")) {
      terminal.awaitScreen(line, SOON);
    }
  }

  @Test
  void settingsShowWhatAProgramDidToTheTerminal() {
    try (PseudoTerminal terminal = shell("sh", "-c", "stty -echo; echo set; read x")) {
      terminal.expect("set", SOON);
      assertThat(terminal.settings()).contains(" -echo ");
    }
  }

  @Test
  void settingsCanBeReadAfterTheEndAsTheProgramLeftThem() {
    try (PseudoTerminal terminal = shell("stty", "-echo", "-icanon")) {
      assertThat(terminal.awaitExit(SOON)).isZero();
      assertThat(terminal.settings()).contains(" -echo ").contains("-icanon");
    }
  }

  @Test
  void anInterruptedProgramIsNotTheEndOfItsTerminal() {
    // What was only just forked may still hear ^C as the keeper does, and go on.
    try (PseudoTerminal terminal = shell("sh", "-c", "echo ready; exec sleep 100")) {
      terminal.expect("ready", SOON);
      terminal.send(Key.CONTROL_C);
      assertThat(terminal.awaitExit(SOON)).isEqualTo(130);
      assertThat(terminal.plainTranscript()).isEqualTo("ready\n^C");
    }
  }

  @Test
  void whatIsNotThereIsNotFoundAndTheScreenIsInTheMessage() {
    try (PseudoTerminal terminal = shell("sh", "-c", "echo something else; sleep 100")) {
      assertThatThrownBy(() -> terminal.expect("never", Duration.ofSeconds(1)))
          .isInstanceOf(TerminalTimeoutException.class)
          .hasMessageContaining("something else");
    }
  }

  @Test
  void anEndedProgramIsNotWaitedFor() {
    long begin = System.nanoTime();
    try (PseudoTerminal terminal = shell("sh", "-c", "echo short; exit 4")) {
      assertThatThrownBy(() -> terminal.expect("never", Duration.ofMinutes(1)))
          .isInstanceOf(TerminalTimeoutException.class)
          .hasMessageContaining("ended with 4")
          .hasMessageContaining("short");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void hangingUpSendsSighupToTheProgram(@TempDir Path directory) {
    Path told = directory.resolve("told");
    String script = "trap 'echo hup >" + told + "; exit' HUP; echo up; sleep 4713";
    try (PseudoTerminal terminal = shell("sh", "-c", script)) {
      terminal.expect("up", SOON);
      ProcessHandle program = ProcessHandle.of(terminal.pid()).orElseThrow();
      terminal.hangUp();
      program.onExit().orTimeout(20, TimeUnit.SECONDS).join();
      assertThat(told).hasContent("hup");
      assertThat(terminal.plainTranscript()).isEqualTo("up\n");
    }
  }

  @Test
  void closingEndsEvenAProgramThatWillNotGo() throws InterruptedException {
    ProcessHandle program;
    try (PseudoTerminal terminal = shell("sh", "-c", "trap '' HUP TERM INT; echo up; sleep 4712")) {
      terminal.expect("up", SOON);
      program = ProcessHandle.of(terminal.pid()).orElseThrow();
    }
    program.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    assertThat(
            ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains("sleep 4712")))
        .isEmpty();
  }
}
