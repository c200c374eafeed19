// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import dev.jtsh.launcher.Main;
import dev.jtsh.launcher.Outside;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The true {@code jtsh} in a world that differs in one thing, told by a system property: {@code
 * jtsh.altered.clock} sets the clock wrong by a duration, {@code jtsh.altered.untraced} hides that
 * another process traces this one, so that a test can trace a run that jtsh would refuse.
 */
public final class AlteredMain {
  private AlteredMain() {}

  /** Takes jtsh's arguments. */
  public static void main(String[] args) {
    Main.start(AlteredMain::outside, args);
  }

  private static Outside outside() {
    Outside real = Outside.ofThisProcess();
    @Nullable String clock = System.getProperty("jtsh.altered.clock");
    if (clock != null) {
      Duration wrongBy = Duration.parse(clock);
      return real.withClock(() -> InstantSource.system().instant().plus(wrongBy));
    }
    if (Boolean.getBoolean("jtsh.altered.untraced")) {
      return real.withTracer(() -> 0);
    }
    throw new IllegalArgumentException("no property says what is altered");
  }
}
