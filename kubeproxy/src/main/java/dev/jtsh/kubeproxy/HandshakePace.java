// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/** A bucket that fills by so many handshakes a second and holds two seconds' worth. */
final class HandshakePace {
  private static final double NANOS = 1e9;

  private final double perNano;
  private final double capacity;

  @GuardedBy("this")
  private double left;

  @GuardedBy("this")
  private long filledAt;

  HandshakePace(int perSecond, long now) {
    this.perNano = perSecond / NANOS;
    this.capacity = 2.0 * perSecond;
    this.left = capacity;
    this.filledAt = now;
  }

  /**
   * Takes one.
   *
   * @param now of {@code System.nanoTime()}
   * @return how long nobody else may begin, in nanoseconds; 0 while there is room
   */
  synchronized long take(long now) {
    left = Math.min(capacity, left + Math.max(0, now - filledAt) * perNano);
    filledAt = now;
    left -= 1;
    return left >= 1 ? 0 : (long) Math.ceil((1 - left) / perNano);
  }
}
