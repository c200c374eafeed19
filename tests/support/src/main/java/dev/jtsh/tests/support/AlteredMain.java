// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import dev.jtsh.launcher.Main;
import dev.jtsh.launcher.Outside;
import dev.jtsh.tests.support.webauthn.SoftwareSecurityKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The true {@code jtsh} in a world that differs in one thing, told by a system property: {@code
 * jtsh.altered.clock} sets the clock wrong by a duration, {@code jtsh.altered.untraced} hides that
 * another process traces this one, so that a test can trace a run that jtsh would refuse, {@code
 * jtsh.altered.key} names the file of a software key that is at hand.
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
    @Nullable String key = System.getProperty("jtsh.altered.key");
    if (key != null) {
      try {
        return real.withSecurityKeys(
            List.of(SoftwareSecurityKey.open(Path.of(key), new SecureRandom())));
      } catch (IOException e) {
        throw new UncheckedIOException("read the software key", e);
      }
    }
    if (Boolean.getBoolean("jtsh.altered.untraced")) {
      return real.withTracer(() -> 0);
    }
    throw new IllegalArgumentException("no property says what is altered");
  }
}
