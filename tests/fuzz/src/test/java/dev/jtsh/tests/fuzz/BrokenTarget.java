// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

/** Breaks on an input that only a fuzzer that sees its way through the code can make. */
public final class BrokenTarget {
  private BrokenTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length > 3 && input[0] == 'j' && input[1] == 't' && input[2] == 's') {
      throw new IllegalStateException("this target breaks on purpose");
    }
  }
}
