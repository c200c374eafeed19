// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.Traits;

/** A user's traits as they stand in a certificate. */
public final class TraitsTarget {
  private TraitsTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    Traits traits;
    try {
      traits = Traits.parse(data.consumeRemainingAsString());
    } catch (PkiException e) {
      return;
    }
    if (!Traits.parse(traits.toJson()).equals(traits)) {
      throw new AssertionError("other traits after they were written and read again");
    }
  }
}
