// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one header block between two protocols: names in lower case, values free of control
 * characters, in order. What cannot be carried over is refused when it is added.
 */
final class Fields {
  private static final int INITIAL = 24;

  private CharSequence[] items = new CharSequence[INITIAL];
  private int used;

  /**
   * Appends a field.
   *
   * @throws BadMessageException if the value has characters no header may carry (security rule 29)
   */
  void add(AsciiString lowerCaseName, CharSequence value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < 0x20 && c != '\t') || c == 0x7f) {
        throw new BadMessageException("a control character in a header field");
      }
    }
    if (used == items.length) {
      items = Arrays.copyOf(items, used * 2);
    }
    items[used++] = lowerCaseName;
    items[used++] = value;
  }

  int size() {
    return used / 2;
  }

  CharSequence name(int index) {
    return items[2 * index];
  }

  CharSequence value(int index) {
    return items[2 * index + 1];
  }

  /** The first value of a field; null if there is none. */
  @Nullable CharSequence get(AsciiString lowerCaseName) {
    for (int i = 0; i < used; i += 2) {
      if (lowerCaseName.contentEquals(items[i])) {
        return items[i + 1];
      }
    }
    return null;
  }
}
