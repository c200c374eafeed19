// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts tries by name in windows of one minute. Names that do not exist count like those that do
 * (security rule 26). Bounded: the oldest names are forgotten.
 */
final class Attempts {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int NAMES_MAX = 20_000;

  private record Count(Instant since, int tries) {}

  private final InstantSource clock;
  private final int triesMax;
  // In order of last use; guarded by this.
  private final Map<String, Count> counts =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
          return size() > NAMES_MAX;
        }
      };

  Attempts(InstantSource clock, int triesMax) {
    this.clock = clock;
    this.triesMax = triesMax;
  }

  /** Counts a try; false when there were too many in this minute. */
  synchronized boolean tryOnce(String name) {
    Instant now = clock.instant();
    Count count = counts.get(name);
    if (count == null || !count.since().plus(WINDOW).isAfter(now)) {
      count = new Count(now, 0);
    }
    if (count.tries() >= triesMax) {
      return false;
    }
    counts.put(name, new Count(count.since(), count.tries() + 1));
    return true;
  }
}
