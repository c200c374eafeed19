// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.protocol.json.WireJson;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What users themselves have stopped: a source they reported, for themselves only (security rule
 * 25), and all headless logins of a user who matched wrong numbers too often (rule 11). Both end by
 * themselves; both are counted only for users who are logged in, so no stranger can bring them on.
 */
final class Suspensions {
  /** How many wrong numbers within {@link #WRONG_NUMBER_WINDOW} suspend a user. */
  static final int WRONG_NUMBERS_MAX = 3;

  static final Duration WRONG_NUMBER_WINDOW = Duration.ofHours(1);

  /** How many reports of one user within {@link #REPORT_LIFE} have an effect. */
  static final int REPORTS_MAX = 3;

  static final Duration REPORT_LIFE = Duration.ofDays(1);

  private static final String WRONG_NUMBERS = "headless_wrong_numbers/";
  private static final String REPORTS = "headless_reports/counts/";
  private static final String SOURCES = "headless_reports/sources/";
  private static final int SWAP_TRIES_MAX = 20;
  private static final int TIMES_MAX = 10;

  private final Backend backend;
  private final InstantSource clock;

  Suspensions(Backend backend, InstantSource clock) {
    this.backend = backend;
    this.clock = clock;
  }

  /** When it happened, oldest first. */
  record Times(List<Instant> at) {
    Times {
      at = List.copyOf(at);
    }
  }

  /** Whether a request for this user from this source is to be refused. */
  boolean isSuspended(String user, SourceNetwork source) {
    return suspendedUntil(user).isPresent()
        || backend.get(SOURCES + user + "/" + source.address()).isPresent();
  }

  /** The end of a suspension by wrong numbers, if there is one. */
  Optional<Instant> suspendedUntil(String user) {
    List<Instant> recent =
        recent(Stored.get(backend, WRONG_NUMBERS + user, Times.class), WRONG_NUMBER_WINDOW);
    return recent.size() < WRONG_NUMBERS_MAX
        ? Optional.empty()
        : Optional.of(recent.get(recent.size() - WRONG_NUMBERS_MAX).plus(WRONG_NUMBER_WINDOW));
  }

  /** Counts a wrong number; true when it suspends the user. */
  boolean wrongNumber(String user) {
    return add(WRONG_NUMBERS + user, WRONG_NUMBER_WINDOW) == WRONG_NUMBERS_MAX;
  }

  /** Suspends a source for a user; false when the user reported too often for that. */
  boolean report(String user, SourceNetwork source) {
    if (add(REPORTS + user, REPORT_LIFE) > REPORTS_MAX) {
      return false;
    }
    backend.put(
        SOURCES + user + "/" + source.address(),
        WireJson.write(new Times(List.of(clock.instant()))),
        clock.instant().plus(REPORT_LIFE));
    return true;
  }

  private List<Instant> recent(Optional<Stored<Times>> stored, Duration window) {
    Instant since = clock.instant().minus(window);
    return stored
        .map(times -> times.value().at().stream().filter(since::isBefore).toList())
        .orElse(List.of());
  }

  /** Adds now; returns how many there are in the window. */
  private int add(String key, Duration window) {
    Instant now = clock.instant();
    for (int i = 0; i < SWAP_TRIES_MAX; i++) {
      Optional<Stored<Times>> present = Stored.get(backend, key, Times.class);
      List<Instant> times = new ArrayList<>(recent(present, window));
      times.add(now);
      int from = Math.max(0, times.size() - TIMES_MAX); // What is older decides nothing any more.
      byte[] kept = WireJson.write(new Times(times.subList(from, times.size())));
      boolean done =
          present.isPresent()
              ? backend
                  .compareAndSwap(key, present.get().item().revision(), kept, now.plus(window))
                  .isPresent()
              : backend.create(key, kept, now.plus(window)).isPresent();
      if (done) {
        return times.size();
      }
    }
    throw new IllegalStateException("a count changed too often to be added to");
  }
}
