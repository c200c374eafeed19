// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.TestedPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody runs the program where something of the usual is missing; no cluster is needed. */
final class PoorSurroundingsStory {
  private static final long TIME_MAX_SECONDS = 60;

  @TempDir Path home;

  /** How a command line ended, and what it said. */
  private record End(int status, String out, String err) {}

  private End sh(String line) throws IOException, InterruptedException {
    Path out = home.resolve("out");
    Path err = home.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", "set -o pipefail; " + line)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JTSH", TestedPrograms.directory().resolve("jtsh").toString());
    builder.environment().put("HOME", home.toString());
    builder.environment().keySet().removeIf(name -> name.matches("(TELEPORT|JTSH|XDG)_.*"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(TIME_MAX_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(err, StandardCharsets.UTF_8);
    assertThat(said).doesNotContain("Exception", "java.", "null", "\tat ");
    return new End(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), said);
  }

  @ParameterizedTest
  @CsvSource({"\"$JTSH\" version >/dev/full", "\"$JTSH\" kube ls --help >&-"})
  void outputThatDoesNotArriveIsAFailure(String line) throws Exception {
    End end = sh(line);

    assertThat(end.status()).isEqualTo(1);
    assertThat(end.err()).startsWith("ERROR: the output could not be written\n");
  }

  @Test
  void whoHasReadEnoughEndsItWithoutAWord() throws Exception {
    End end = sh("\"$JTSH\" version | true");

    assertThat(end.status()).isEqualTo(141);
    assertThat(end.err()).isEmpty();
  }

  @Test
  void closedDescriptorsAreNobodyElses() throws Exception {
    assertThat(sh("\"$JTSH\" version <&-").status()).isZero();
    assertThat(sh("\"$JTSH\" nonsense <&- >&- 2>&-").status()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"env -u HOME", "env HOME=", "env HOME=here", "env HOME=/nonexistent"})
  void withoutAHomeNobodyIsLoggedInAndTheCurrentDirectoryIsNoHome(String with) throws Exception {
    Path here = Files.createDirectories(home.resolve("here/.tsh"));
    Files.writeString(here.resolve("current-profile"), "evil\n");
    Files.writeString(here.resolve("evil.yaml"), "[");

    End end = sh("cd '%s/here'; %s \"$JTSH\" status --format=json".formatted(home, with));

    // Who runs this may be logged in where the system says that their home is.
    assertThat(end.status()).isBetween(0, 1);
    assertThat(end.err()).doesNotContain("evil").matches("(ERROR: [A-Z][a-z ]+\\.\n)?");
  }
}
