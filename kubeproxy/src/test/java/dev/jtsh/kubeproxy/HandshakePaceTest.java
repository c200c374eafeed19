// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HandshakePaceTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private final HandshakePace pace = new HandshakePace(10, 0);

  @Test
  void burstOfTwoSecondsIsFreeThenEachWaitsItsTenth() {
    for (int i = 0; i < 19; i++) {
      assertThat(pace.take(0)).isZero();
    }
    assertThat(pace.take(0)).isEqualTo(SECOND / 10);
    assertThat(pace.take(0)).isEqualTo(2 * SECOND / 10);
  }

  @Test
  void restFillsItAgainButNeverAboveTheBurst() {
    for (int i = 0; i < 20; i++) {
      pace.take(0);
    }
    assertThat(pace.take(SECOND)).isZero();

    for (int i = 0; i < 19; i++) {
      assertThat(pace.take(3600 * SECOND)).isZero();
    }
    assertThat(pace.take(3600 * SECOND)).isPositive();
  }

  @Test
  void clockThatStepsBackGivesNothing() {
    for (int i = 0; i < 20; i++) {
      pace.take(5 * SECOND);
    }
    assertThat(pace.take(4 * SECOND)).isPositive();
  }
}
