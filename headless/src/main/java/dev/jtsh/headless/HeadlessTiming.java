// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import java.time.Duration;

/**
 * The time limits of the wait for an approval.
 *
 * @param total how long a request lives, from the first time it is sent
 * @param endMargin an end without a clear answer this close to {@code total} is the time limit: the
 *     cluster's words do not tell it from a denial, and an older cluster only breaks the connection
 * @param resendDelay pause before a request is sent again; doubled with each quick failure
 * @param resendDelayMax the longest pause
 */
public record HeadlessTiming(
    Duration total, Duration endMargin, Duration resendDelay, Duration resendDelayMax) {
  /** The limits of Teleport's protocol. */
  public static final HeadlessTiming STANDARD =
      new HeadlessTiming(
          Duration.ofSeconds(180),
          Duration.ofSeconds(1),
          Duration.ofMillis(250),
          Duration.ofSeconds(5));

  Duration untilEnd() {
    return total.minus(endMargin);
  }
}
