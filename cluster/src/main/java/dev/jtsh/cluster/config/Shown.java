// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import dev.jtsh.protocol.text.SafeText;

/** Text of a file inside a message. */
final class Shown {
  private Shown() {}

  static String of(String text) {
    return SafeText.of(text).toString();
  }
}
