// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.storage.MemoryBackend;
import dev.jtsh.tests.fixtures.FakeClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attack 25: on a shared jump host one report locks everybody's source. */
class Attack25ReportAsAWeaponTest {
  private final FakeClock clock = new FakeClock(Instant.parse("2026-11-21T12:00:00Z"));
  private final MemoryBackend backend = new MemoryBackend(clock);
  private final Suspensions suspensions = new Suspensions(backend, clock);

  @AfterEach
  void close() {
    backend.close();
  }

  private static SourceNetwork source(int host) {
    return SourceNetwork.of(
        new InetSocketAddress(InetAddress.ofLiteral("198.51.100." + host), 40_000));
  }

  @Test
  void reportKeepsThatSourceFromThatUserForADayAndNobodyElse() {
    assertThat(suspensions.report("mallory", source(1))).isTrue();

    assertThat(suspensions.isSuspended("mallory", source(1))).isTrue();
    assertThat(suspensions.isSuspended("alice", source(1))).as("on the same host").isFalse();
    assertThat(suspensions.isSuspended("mallory", source(2))).as("its neighbour").isFalse();
    clock.advance(Duration.ofHours(25));
    assertThat(suspensions.isSuspended("mallory", source(1))).isFalse();
  }

  @Test
  void threeReportsADayHaveAnEffect() {
    for (int i = 1; i <= Suspensions.REPORTS_MAX; i++) {
      assertThat(suspensions.report("mallory", source(i))).isTrue();
    }

    assertThat(suspensions.report("mallory", source(9))).isFalse();
    assertThat(suspensions.isSuspended("mallory", source(9))).isFalse();
    assertThat(suspensions.report("alice", source(9))).as("each user's own count").isTrue();
    clock.advance(Duration.ofHours(25));
    assertThat(suspensions.report("mallory", source(9))).isTrue();
  }
}
