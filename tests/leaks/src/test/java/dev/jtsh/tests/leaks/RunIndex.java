// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Every run of 8 bytes of every form of some secrets, for fast questions. */
final class RunIndex {
  /** So short a run counts as found. */
  static final int RUN_BYTES = 8;

  /** A run of fewer different bytes (zeros, padding) is no secret. */
  private static final int DISTINCT_BYTES_MIN = 5;

  private static final int FILTER_BITS = 20;
  private static final long FILTER_MASK = (1L << FILTER_BITS) - 1;

  /**
   * Whose run it is.
   *
   * @param bytesMin how long it must be to count, see {@link Secret.Form}
   */
  record Owner(Secret secret, int bytesMin) {}

  private final Map<Long, Owner> runs = new HashMap<>();
  private final long[] filter = new long[1 << (FILTER_BITS - 6)];

  RunIndex(Collection<Secret> secrets) {
    for (Secret secret : secrets) {
      int usable = 0;
      for (Secret.Form form : secret.forms()) {
        usable += add(secret, form);
      }
      if (usable == 0) {
        throw new IllegalArgumentException(secret + " has nothing to look for");
      }
    }
  }

  RunIndex(Secret... secrets) {
    this(List.of(secrets));
  }

  /** Whose run it is, eight bytes with the first in the highest place; null for nobody's. */
  @Nullable Owner owner(long run) {
    return runs.get(run);
  }

  /** Quick, and wrong for a few that nobody owns. */
  boolean mayHold(long run) {
    int place = (int) (run & FILTER_MASK);
    return (filter[place >>> 6] & 1L << (place & 63)) != 0;
  }

  private int add(Secret secret, Secret.Form written) {
    int usable = 0;
    byte[] form = written.bytes();
    Owner owner = new Owner(secret, written.runBytesMin());
    for (int i = 0; i + RUN_BYTES <= form.length; i++) {
      long run = 0;
      for (int j = i; j < i + RUN_BYTES; j++) {
        run = run << Byte.SIZE | (form[j] & 0xFF);
      }
      if (distinctBytes(run) >= DISTINCT_BYTES_MIN) {
        runs.putIfAbsent(run, owner);
        int place = (int) (run & FILTER_MASK);
        filter[place >>> 6] |= 1L << (place & 63);
        usable++;
      }
    }
    return usable;
  }

  private static long distinctBytes(long run) {
    return IntStream.range(0, RUN_BYTES)
        .mapToLong(i -> run >>> (i * Byte.SIZE) & 0xFF)
        .distinct()
        .count();
  }
}
