// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attack 28: a hostile session's bytes reach the terminal of somebody who watches or replays it.
 * Whoever adds such a command meets this test, and rule 28 with it.
 */
class Attack28PlaybackTest {
  @TempDir Path home;

  @ParameterizedTest
  @ValueSource(
      strings = {"play x", "recordings play x", "recordings ls", "kube join x", "kube sessions"})
  void noCommandPlaysOrJoinsASession(String command) {
    RunOfMain run =
        RunOfMain.of(home, Instant.parse("2026-11-21T12:00:00Z"), Map.of(), command.split(" "));

    assertThat(run.status).isEqualTo(ExitCode.USAGE.status());
    assertThat(run.out).isEmpty();
  }
}
