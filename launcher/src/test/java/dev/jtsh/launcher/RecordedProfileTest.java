// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jtsh status} on what a real tsh 15 left on a disk. */
class RecordedProfileTest {
  private static final Path RECORDED =
      Path.of(System.getProperty("jtsh.root", ".."))
          .resolve("client/src/test/resources/recorded/profile");

  /** The login's certificate ends then. */
  private static final Instant END = Instant.parse("2026-11-21T14:39:02Z");

  @TempDir Path home;

  @BeforeEach
  void copyTheProfile() throws IOException {
    try (Stream<Path> files = Files.walk(RECORDED)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copy = home.resolve("tsh").resolve(RECORDED.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  private RunOfMain status(Instant now, String... arguments) {
    List<String> words = Stream.concat(Stream.of("status"), Stream.of(arguments)).toList();
    return RunOfMain.of(
        home,
        now,
        Map.of("TELEPORT_HOME", home.resolve("tsh").toString()),
        words.toArray(String[]::new));
  }

  @Test
  void statusShowsTheLoginAsTshDoes() {
    RunOfMain status = status(END.minus(Duration.ofMinutes(90)));

    assertThat(status.status).as(status.err).isZero();
    assertThat(status.out)
        .contains("> Profile URL:        https://localhost:3080\n")
        .contains("  Logged in as:       alice\n")
        .contains("  Cluster:            tptest\n")
        .contains("  Kubernetes:         enabled\n")
        .contains("[valid for 1h30m0s]");
  }

  @Test
  void anExpiredLoginIsAnError() {
    RunOfMain status = status(END.plusSeconds(1));

    assertThat(status.status).isEqualTo(1);
    assertThat(status.err).contains("ERROR: Active profile expired.");
  }

  @Test
  void scriptsGetJson() {
    RunOfMain status = status(END.minus(Duration.ofMinutes(90)), "--format=json");

    assertThat(status.out).contains("\"username\" : \"alice\"").contains("\"active\"");
  }

  @Test
  void theShortWaySaysTheSame() {
    Map<String, String> environment = Map.of("TELEPORT_HOME", home.resolve("tsh").toString());
    for (Instant now : List.of(END.minus(Duration.ofMinutes(90)), END.plusSeconds(1))) {
      RunOfMain whole = status(now);
      RunOfMain quick = RunOfMain.quick(home, now, environment, home, "status").orElseThrow();

      assertThat(quick.status).isEqualTo(whole.status);
      assertThat(quick.out).isEqualTo(whole.out);
      assertThat(quick.err).isEqualTo(whole.err);
    }
  }
}
