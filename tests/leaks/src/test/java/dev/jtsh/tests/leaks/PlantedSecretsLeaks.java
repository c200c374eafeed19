// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.RunningProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The looks of this ring find what was planted in another process; else they would prove nothing.
 */
final class PlantedSecretsLeaks {
  private static final Duration SOON = Duration.ofSeconds(60);
  private final String secret = HexFormat.of().formatHex(random());
  private final RunIndex index = new RunIndex(Secret.password("planted", secret));

  @TempDir Path directory;

  private static byte[] random() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(strings = {"heap", "latin", "wide", "native"})
  void aSecretInMemoryIsFound(String place) throws Exception {
    try (RunningProgram planted = start(Map.of(), place)) {
      assertThat(new ProcessMemory(planted.pid()).scan(index).findings()).isNotEmpty();
    }
  }

  @Test
  void aSecretInADebuggersCoreIsFound() throws Exception {
    try (RunningProgram planted = start(Map.of(), "native")) {
      assertThat(Dumps.gcore(index, planted.pid(), directory).findings()).isNotEmpty();
    }
  }

  @Test
  void aSecretInAnArgumentIsFound() throws Exception {
    try (RunningProgram planted = start(Map.of(), "nowhere", secret)) {
      assertThat(Places.everyProcess(index).findings())
          .anyMatch(finding -> finding.place().equals("/proc/" + planted.pid() + "/cmdline"));
    }
  }

  @Test
  void aSecretInAVariableIsFound() throws Exception {
    try (RunningProgram planted = start(Map.of("TOKEN", secret), "nowhere")) {
      assertThat(Places.everyProcess(index).findings())
          .anyMatch(finding -> finding.place().equals("/proc/" + planted.pid() + "/environ"));
    }
  }

  @Test
  void aSecretInAFileIsFound() throws IOException {
    Files.writeString(directory.resolve("note"), "remember: " + secret);
    assertThat(Places.filesBelow(index, directory).findings()).isNotEmpty();
  }

  private RunningProgram start(Map<String, String> environment, String... words)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                Planted.class.getProtectionDomain().getCodeSource().getLocation().getPath(),
                Planted.class.getName()));
    command.addAll(List.of(words));
    RunningProgram running = RunningProgram.start(command, environment);
    String line = Base64.getEncoder().encodeToString(secret.getBytes(UTF_8)) + "\n";
    running.stdin().write(line.getBytes(UTF_8));
    running.stdin().flush();
    running.awaitStdout("kept", SOON);
    return running;
  }
}
