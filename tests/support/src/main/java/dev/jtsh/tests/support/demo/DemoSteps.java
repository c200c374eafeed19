// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.demo;

import java.io.PrintStream;
import java.time.Duration;

/** Says each step of the demo when it is done, and how long it took. */
final class DemoSteps {
  private final PrintStream out;
  private long last = System.nanoTime();

  DemoSteps(PrintStream out) {
    this.out = out;
  }

  void done(String what) {
    long now = System.nanoTime();
    Duration took = Duration.ofNanos(now - last);
    last = now;
    out.printf("  %6.2f s  %s%n", took.toMillis() / 1000.0, what);
    out.flush();
  }
}
