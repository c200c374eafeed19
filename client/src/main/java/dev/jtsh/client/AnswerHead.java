// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of an HTTP/1.1 answer.
 *
 * @param status three digits
 * @param fields values by name in lower case; of several with one name the last
 */
record AnswerHead(int status, Map<String, String> fields) {
  private static final Pattern FIRST_LINE = Pattern.compile("HTTP/1\\.[01] ([1-9][0-9]{2})( .*)?");

  /** Copies. */
  AnswerHead {
    fields = Map.copyOf(fields);
  }

  /**
   * Reads a head without the empty line at its end.
   *
   * @throws IllegalArgumentException if it is none
   */
  static AnswerHead parse(String text) {
    String[] lines = text.split("\r\n", -1);
    for (String line : lines) {
      // A line feed alone would hide a field from us that the next reader sees (RFC 9112 §2.2).
      if (line.chars().anyMatch(one -> one < ' ' && one != '\t')) {
        throw new IllegalArgumentException("a control character in the head");
      }
    }
    Matcher first = FIRST_LINE.matcher(lines[0]);
    if (!first.matches()) {
      throw new IllegalArgumentException("no HTTP answer");
    }
    Map<String, String> fields = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon <= 0) {
        throw new IllegalArgumentException("no header field");
      }
      fields.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    return new AnswerHead(Integer.parseInt(first.group(1)), fields);
  }

  /** Whether what was asked for was done. */
  boolean success() {
    return status >= 200 && status <= 299;
  }

  /** A field's value; empty if there is none. */
  String field(String name) {
    return fields.getOrDefault(name, "");
  }
}
