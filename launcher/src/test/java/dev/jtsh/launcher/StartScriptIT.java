// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which start-up cache the start script gives to Java. A program that shows what it is called with
 * stands in the place of Java.
 */
@Timeout(60)
class StartScriptIT {
  private static final Path SCRIPT = Path.of("src", "main", "sh", "program.sh");

  @TempDir Path directory;
  private Path small;
  private Path large;

  @BeforeEach
  void bothCachesAreThere() throws Exception {
    small = Files.createFile(directory.resolve("start.aot"));
    large = Files.createFile(directory.resolve("session.aot"));
  }

  /** The option about the cache; empty if there is none. */
  private String cache(String template, String... words) throws Exception {
    Path java = directory.resolve("java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Path script = directory.resolve("jtsh");
    Files.writeString(
        script,
        Files.readString(SCRIPT)
            .replace("@JAVA@", java.toString())
            .replace("@CACHE@", template)
            .replace("@MAIN@", Main.class.getName()));
    List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String called = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return called.lines().filter(word -> word.startsWith("-XX:AOTCache=")).findFirst().orElse("");
  }

  private static String of(Path cache) {
    return "-XX:AOTCache=" + cache;
  }

  @Test
  void whatEndsInAMomentReadsTheSmallOne() throws Exception {
    for (String line : new String[] {"version", "status", "--help", "proxy kube --help"}) {
      assertThat(cache(small.toString(), line.split(" ", -1))).as(line).isEqualTo(of(small));
    }
  }

  @Test
  void whatTalksToAClusterReadsTheLargeOne() throws Exception {
    for (String line : new String[] {"--headless proxy kube prod", "headless approve x", "login"}) {
      assertThat(cache(small.toString(), line.split(" ", -1))).as(line).isEqualTo(of(large));
    }
  }

  @Test
  void aSessionStartsWithTheSmallOneWhereTheLargeCouldNotBeMade() throws Exception {
    Files.delete(large);
    assertThat(cache(small.toString(), "proxy", "kube")).isEqualTo(of(small));
    Files.delete(small);
    assertThat(cache(small.toString(), "proxy", "kube")).isEmpty();
  }

  @Test
  void aProgramWithoutACacheTakesNoneFromWhereItIsStarted() throws Exception {
    assertThat(cache("", "proxy", "kube")).isEmpty();
    assertThat(cache("", "version")).isEmpty();
  }
}
