// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;

/** Numbers as people read them. */
final class Count {
  private Count() {}

  /** A number of bytes; −1 is "unlimited". */
  static SafeText bytes(long bytes) {
    if (bytes < 0) {
      return SafeText.literal("unlimited");
    }
    if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) {
      return SafeText.of((bytes >> 20) + " MiB");
    }
    if (bytes >= 1 << 10) {
      return SafeText.of((bytes >> 10) + " KiB");
    }
    return SafeText.of(bytes + " bytes");
  }

  /** A plain number. */
  static SafeText of(long number) {
    return SafeText.of(Long.toString(number));
  }
}
