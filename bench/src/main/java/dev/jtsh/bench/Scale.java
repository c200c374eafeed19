// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * How much is measured, and with what.
 *
 * @param rounds how often each target is measured
 * @param seconds how long one measurement takes
 * @param warmUpSeconds how long each kind of load runs before the first round
 * @param work an empty directory for the time of the run
 * @param tools where programs of the bench itself are: {@code benchtool}, {@code
 *     client-certificate.so}
 * @param jtshFlags the JVM flags of the {@code jtsh} program
 */
public record Scale(
    int rounds, int seconds, int warmUpSeconds, Path work, Path tools, List<String> jtshFlags) {

  /** Copies the list. */
  public Scale {
    jtshFlags = List.copyOf(jtshFlags);
  }
}
