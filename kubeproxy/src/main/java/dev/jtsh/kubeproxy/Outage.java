// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * A time in which the cluster is not reached. In its first seconds requests wait while the
 * connection is tried again, with growing pauses; a short loss of the network is not noticed so.
 * Later each request is told at once. Belongs to one event loop.
 */
final class Outage {
  private static final long WAIT_NANOS = Duration.ofSeconds(3).toNanos();

  /** A failure this long after the one before begins a new outage. */
  private static final long FORGOTTEN_NANOS = Duration.ofMinutes(1).toNanos();

  private static final long PAUSE_MILLIS = 100;
  private static final long PAUSE_MAX_MILLIS = 1000;

  private final RandomGenerator random;
  private boolean present;
  private long sinceNanos;
  private long lastNanos;
  private long pauseMillis = PAUSE_MILLIS;

  Outage(RandomGenerator random) {
    this.random = random;
  }

  boolean isPresent() {
    return present;
  }

  /** A connection was not made; answers whether requests go on waiting. */
  boolean failed(long nowNanos) {
    if (!present || nowNanos - lastNanos > FORGOTTEN_NANOS) {
      present = true;
      sinceNanos = nowNanos;
      pauseMillis = PAUSE_MILLIS;
    }
    lastNanos = nowNanos;
    return nowNanos - sinceNanos < WAIT_NANOS;
  }

  /** How long to wait before the next try: spread, so that many do not come at once. */
  long nextPauseMillis() {
    long pause = pauseMillis;
    pauseMillis = Math.min(pause * 2, PAUSE_MAX_MILLIS);
    return pause / 2 + random.nextLong(pause + 1);
  }

  /** A connection was made; answers whether that is news. */
  boolean over() {
    boolean was = present;
    present = false;
    return was;
  }
}
