// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.util.Locale;
import java.util.Optional;

/** How much of the process a user wants kept out of swap, in the words of {@code --mlock}. */
public enum MlockMode {
  /** Nothing is tried beyond the arena, which locks itself where it can. */
  OFF,
  /** As {@link #BEST_EFFORT} in headless mode, as {@link #OFF} elsewhere. */
  AUTO,
  /** Locks what can be locked and warns about secrets that are not. */
  BEST_EFFORT,
  /** As best effort, but the program ends when a secret cannot be locked. */
  STRICT;

  /** The mode with this name, for example {@code best_effort}; empty if there is none. */
  public static Optional<MlockMode> named(String name) {
    for (MlockMode mode : values()) {
      if (mode.text().equals(name)) {
        return Optional.of(mode);
      }
    }
    return Optional.empty();
  }

  /** Its name as options and variables have it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What {@link #AUTO} means for this run; the others mean themselves. */
  public MlockMode decided(boolean headless) {
    if (this != AUTO) {
      return this;
    }
    return headless ? BEST_EFFORT : OFF;
  }
}
