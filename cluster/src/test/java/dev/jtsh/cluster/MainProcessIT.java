// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own. */
@EnabledOnOs(OS.LINUX)
class MainProcessIT {
  private static final long SECONDS_MAX = 90;

  @TempDir Path directory;

  private Process start(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    for (String property : List.of("java.library.path", "org.sqlite.lib.path")) {
      command.add("-D" + property + "=" + System.getProperty(property));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(directory.resolve("stderr").toFile()).start();
  }

  private static String firstLine(Process process) throws Exception {
    CompletableFuture<String> line = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            line.complete(String.valueOf(out.readLine()));
            while (out.readLine() != null) {
              // Keeps the pipe empty.
            }
          } catch (java.io.IOException e) {
            line.completeExceptionally(e);
          }
        });
    return line.get(SECONDS_MAX, TimeUnit.SECONDS);
  }

  @Test
  void isHardenedServesAndEndsInOrderOnSigterm() throws Exception {
    Path data = directory.resolve("data");
    Process process = start("start", "--data-dir", data.toString(), "--listen", "127.0.0.1:0");
    try {
      assertThat(firstLine(process))
          .as(() -> "stderr of the process is kept in the test's directory")
          .startsWith("jtsh-cluster is ready: jtsh listens on 127.0.0.1:");
      Path proc = Path.of("/proc", Long.toString(process.pid()));
      assertThat(Files.readString(proc.resolve("limits")))
          .containsPattern("Max core file size +0 +0 ");
      assertThat(Files.readString(proc.resolve("status"))).containsPattern("Umask:\\s+0077");
      assertThat(data.resolve("admin.sock")).exists();

      process.destroy();

      assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(data.resolve("admin.sock")).doesNotExist();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void wrongConfigurationEndsAtOnceWithItsOwnStatus() throws Exception {
    Path config = Files.writeString(directory.resolve("c.yaml"), "lisen: x\n");
    Process process = start("start", "--config", config.toString());

    assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(3);
    assertThat(Files.readString(directory.resolve("stderr")))
        .startsWith("jtsh-cluster: " + config + ":1:1: unknown key \"lisen\"");
  }
}
