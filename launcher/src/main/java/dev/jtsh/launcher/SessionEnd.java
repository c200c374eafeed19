// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.time.GoDuration;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * When a session ends, in words.
 *
 * @param now the time
 * @param end of the session
 */
record SessionEnd(Instant now, Instant end) {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss z");

  /** The way from the approval to here takes time, and clocks differ a little. */
  private static final Duration SLACK = Duration.ofSeconds(90);

  /** The line for the terminal; says so when the cluster gives less than was asked. */
  SafeText line(Optional<Duration> asked) {
    SafeText when = SafeText.of(CLOCK.format(end.atZone(ZoneId.systemDefault())));
    SafeText length = SafeText.of(GoDuration.format(left()));
    if (asked.isPresent() && end.isBefore(now.plus(asked.get()).minus(SLACK))) {
      return SafeText.format(
          "The cluster allows less than {}: access ends at {}, in {}.\n",
          SafeText.of(GoDuration.format(asked.get())),
          when,
          length);
    }
    return SafeText.format("{}\n", ends());
  }

  /** A short sentence about the end. */
  SafeText ends() {
    return SafeText.format(
        "Access ends at {}, in {}.",
        SafeText.of(CLOCK.format(end.atZone(ZoneId.systemDefault()))),
        SafeText.of(GoDuration.format(left())));
  }

  /** What is left, in whole seconds; never negative. */
  Duration left() {
    Duration left = Duration.between(now, end).truncatedTo(ChronoUnit.SECONDS);
    return left.isNegative() ? Duration.ZERO : left;
  }
}
