// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.util.ArrayList;
import java.util.List;

/**
 * One look at one place.
 *
 * @param bytes how much was looked through: a look at nothing shows
 * @param findings what was found
 */
record Look(long bytes, List<Finding> findings) {
  static final Look NOTHING = new Look(0, List.of());

  Look {
    findings = List.copyOf(findings);
  }

  /** Both. */
  Look and(Look other) {
    List<Finding> all = new ArrayList<>(findings);
    all.addAll(other.findings());
    return new Look(bytes + other.bytes(), all);
  }
}
