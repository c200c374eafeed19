// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;

/**
 * A line of our own that is longer than one piece of foreign text may be: a command to copy, or an
 * error that names several things. Each word is made safe, and bounded, for itself.
 */
final class SafeLine {
  private static final int WORDS_MAX = 64;

  private SafeLine() {}

  static SafeText of(String text) {
    SafeText line = SafeText.empty();
    for (String word : text.split(" ", WORDS_MAX)) {
      line = line.isEmpty() ? SafeText.of(word) : SafeText.format("{} {}", line, SafeText.of(word));
    }
    return line;
  }
}
