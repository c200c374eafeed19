// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.storage;

/** The bounds that every driver checks in the same way. */
final class Keys {

  private Keys() {}

  static void check(String key, byte[] value) {
    check(key);
    if (value.length > Backend.VALUE_BYTES_MAX) {
      throw new IllegalArgumentException("value of %d bytes is too long".formatted(value.length));
    }
  }

  static void check(String key) {
    if (key.isEmpty() || key.length() > Backend.KEY_LENGTH_MAX || key.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a storage key has 1 to 1024 characters and no NUL");
    }
  }
}
