// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/** The arena for secrets has no room of the wanted size. The message says the numbers. */
public final class SecretArenaExhaustedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SecretArenaExhaustedException(
      int wantedBytes, int usedBytes, int capacityBytes, int maximumBytes, String why) {
    super(
        "no room for a secret of %d bytes: %d of %d bytes of locked memory are in use, at most %d"
                .formatted(wantedBytes, usedBytes, capacityBytes, maximumBytes)
            + " are allowed"
            + why);
  }
}
