// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionEndTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void aSessionThatWasCutSaysSo() {
    SessionEnd end = new SessionEnd(NOW, NOW.plus(Duration.ofHours(1)));

    assertThat(end.line(Optional.of(Duration.ofHours(8))).toString())
        .startsWith("The cluster allows less than 8h0m0s: access ends at ")
        .contains("in 1h0m0s.");
  }

  @Test
  void whatWasAskedForIsNotCalledCutByTheSecondsOfTheWay() {
    SessionEnd end = new SessionEnd(NOW, NOW.plus(Duration.ofMinutes(59)).plusSeconds(40));

    assertThat(end.line(Optional.of(Duration.ofHours(1))).toString()).startsWith("Access ends at ");
    assertThat(end.line(Optional.empty()).toString()).contains("in 59m40s.");
  }

  @Test
  void anEndThatHasPassedLeavesNothing() {
    assertThat(new SessionEnd(NOW, NOW.minusSeconds(5)).left()).isZero();
  }
}
