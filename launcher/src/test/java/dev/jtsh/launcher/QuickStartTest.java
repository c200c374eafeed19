// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which commands go the short way, and that it says what the whole way says. */
class QuickStartTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path home;

  private Optional<RunOfMain> quick(Map<String, String> environment, String... args) {
    return RunOfMain.quick(home, NOW, environment, home.resolve("help"), args);
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(home.resolve("help"));
    Files.writeString(home.resolve("help").resolve(file), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "status", "--version", "-V"})
  void bothWaysSayTheSame(String command) {
    RunOfMain quick = quick(Map.of(), command).orElseThrow();
    RunOfMain whole = RunOfMain.of(home, NOW, Map.of(), command);

    assertThat(quick.status).isEqualTo(whole.status);
    assertThat(quick.out).isEqualTo(whole.out);
    assertThat(quick.err).isEqualTo(whole.err);
  }

  @Test
  void aLoginThatBelongsToSomebodyElseIsRefusedOnBothWays() throws IOException {
    Path profiles = Files.createDirectory(home.resolve(".tsh"));
    Files.setPosixFilePermissions(
        profiles, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));

    RunOfMain quick = quick(Map.of(), "status").orElseThrow();

    assertThat(quick.status).isEqualTo(1);
    assertThat(quick.err)
        .contains("writable by others")
        .isEqualTo(RunOfMain.of(home, NOW, Map.of(), "status").err);
  }

  @ParameterizedTest
  @ValueSource(strings = {"JTSH_SESSION", "TELEPORT_MLOCK_MODE", "TELEPORT_HEADLESS"})
  void aSessionAndSettingsOfTheProcessGoTheWholeWay(String variable) {
    assertThat(quick(Map.of(variable, "strict"), "status")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status --format=json",
        "--headless status",
        "status --nonsense",
        "version --nonsense",
        "proxy kube c1",
        "nonsense --help",
        "../../etc/passwd --help",
        "--help status",
        "--help --help",
        "kube ls -h --",
        "-- --help"
      })
  void whateverIsWrittenInAnotherWayGoesTheWholeWay(String line) {
    assertThat(quick(Map.of(), line.split(" "))).isEmpty();
  }

  @Test
  void nothingAtAllGoesTheWholeWay() {
    assertThat(quick(Map.of())).isEmpty();
    assertThat(quick(Map.of(), "")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "help", "kube ls --help", "kube ls -h", "help kube ls"})
  void helpThatIsWrittenDownIsShown(String line) throws IOException {
    write("jtsh.plain", "how to use jtsh");
    write("kube_ls.plain", "how to use kube ls");

    RunOfMain quick = quick(Map.of("NO_COLOR", "1"), line.split(" ")).orElseThrow();

    assertThat(quick.status).isZero();
    assertThat(quick.out)
        .isEqualTo(line.contains("kube") ? "how to use kube ls\n" : "how to use jtsh\n");
    assertThat(quick.err).isEmpty();
  }

  @Test
  void coloursAreForWhoeverWantsThem() throws IOException {
    write("jtsh.colours", "\u001b[1mjtsh\u001b[21m\u001b[0m");
    write("jtsh.plain", "jtsh");

    for (var wish :
        List.of(
            Map.of("CLICOLOR_FORCE", "1", "NO_COLOR", ""),
            Map.of("CLICOLOR", "0"),
            Map.of("ConEmuANSI", "OFF"))) {
      RunOfMain plain = quick(wish, "--help").orElseThrow();
      assertThat(plain.out).isEqualTo("jtsh\n");
    }
    RunOfMain coloured = quick(Map.of("CLICOLOR_FORCE", "1"), "--help").orElseThrow();
    assertThat(coloured.out).startsWith("\u001b[1mjtsh");
  }
}
