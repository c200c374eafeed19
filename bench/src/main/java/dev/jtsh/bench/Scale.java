// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;

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
 * @param only parts and targets to measure; all where it names none of the kind
 * @param minutes how long a measurement lasts that is about time
 */
public record Scale(
    int rounds,
    int seconds,
    int warmUpSeconds,
    Path work,
    Path tools,
    List<String> jtshFlags,
    Set<String> only,
    int minutes) {

  /** Copies the lists. */
  public Scale {
    jtshFlags = List.copyOf(jtshFlags);
    only = Set.copyOf(only);
  }

  /** The same in another directory. */
  public Scale in(Path otherWork) {
    return new Scale(rounds, seconds, warmUpSeconds, otherWork, tools, jtshFlags, only, minutes);
  }

  /** Whether one of several things of the same kind is to be measured. */
  public boolean wants(String one, Collection<String> all) {
    return only.contains(one) || all.stream().noneMatch(only::contains);
  }
}
