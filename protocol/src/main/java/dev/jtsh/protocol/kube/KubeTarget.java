// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes path and query of a request anew, with every octet escaped that need not be plain. */
final class KubeTarget {
  private static final String HEX = "0123456789ABCDEF";

  private KubeTarget() {}

  /**
   * A parameter of a query.
   *
   * @param key decoded
   * @param value decoded
   */
  record Pair(String key, String value) {}

  static String of(List<String> segments, boolean trailingSlash, List<Pair> query) {
    StringBuilder target = new StringBuilder();
    for (String segment : segments) {
      target.append('/');
      escape(segment, "-._~:@", target);
    }
    if (segments.isEmpty() || trailingSlash) {
      target.append('/');
    }
    char before = '?';
    for (Pair pair : query) {
      target.append(before);
      escape(pair.key(), "-._~", target);
      target.append('=');
      escape(pair.value(), "-._~", target);
      before = '&';
    }
    return target.toString();
  }

  private static void escape(String text, String plain, StringBuilder out) {
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xFF);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (letter || plain.indexOf(c) >= 0) {
        out.append(c);
      } else {
        out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
  }
}
