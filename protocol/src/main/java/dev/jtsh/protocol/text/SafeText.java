// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.text;

import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.Locale;

/**
 * Text that may be written to a terminal or into a Kubernetes {@code Status}.
 *
 * <p>Everything that was not compiled into the program goes through {@link #of}: what could move a
 * cursor, hide or reorder characters or start a new line is shown as a backslash, {@code u} and the
 * code point in braces, and the whole is at most {@value #MAX_LENGTH} characters long (security
 * rule 27).
 */
public final class SafeText {
  /** The most characters one piece of foreign text may take. */
  public static final int MAX_LENGTH = 120;

  private static final SafeText EMPTY = new SafeText("");
  private static final String CUT = "\u2026";

  private final String text;

  private SafeText(String text) {
    this.text = text;
  }

  /** Makes foreign text safe: escaped, and cut with an ellipsis when it is too long. */
  public static SafeText of(String untrusted) {
    var out = new StringBuilder(Math.min(untrusted.length(), MAX_LENGTH));
    int index = 0;
    int beforeLast = 0;
    while (index < untrusted.length()) {
      int codePoint = untrusted.codePointAt(index);
      String shown = shown(codePoint);
      if (out.length() + shown.length() > MAX_LENGTH) {
        out.setLength(out.length() == MAX_LENGTH ? beforeLast : out.length());
        return new SafeText(out.append(CUT).toString());
      }
      beforeLast = out.length();
      out.append(shown);
      index += Character.charCount(codePoint);
    }
    return new SafeText(out.toString());
  }

  /** Foreign text that claims to be a host name: marked when it is not plain ASCII. */
  public static SafeText ofHostName(String untrusted) {
    SafeText safe = of(untrusted);
    boolean ascii = untrusted.chars().allMatch(c -> c < 0x80);
    return ascii ? safe : new SafeText(safe.text + " (not plain ASCII)");
  }

  /** Text of the program itself; may hold line breaks. */
  public static SafeText literal(@CompileTimeConstant final String text) {
    return new SafeText(text);
  }

  /** Nothing. */
  public static SafeText empty() {
    return EMPTY;
  }

  /**
   * Puts safe pieces into a text of the program: each <code>{}</code> is replaced in turn.
   *
   * @throws IllegalArgumentException if there are more or fewer pieces than places
   */
  public static SafeText format(@CompileTimeConstant final String template, SafeText... pieces) {
    var out = new StringBuilder();
    int from = 0;
    for (SafeText piece : pieces) {
      int place = template.indexOf("{}", from);
      if (place < 0) {
        throw new IllegalArgumentException("more pieces than places in: " + template);
      }
      out.append(template, from, place).append(piece.text);
      from = place + 2;
    }
    if (template.indexOf("{}", from) >= 0) {
      throw new IllegalArgumentException("fewer pieces than places in: " + template);
    }
    return new SafeText(out.append(template, from, template.length()).toString());
  }

  /** Whether there is nothing to show. */
  public boolean isEmpty() {
    return text.isEmpty();
  }

  private static String shown(int codePoint) {
    return isPlain(codePoint)
        ? Character.toString(codePoint)
        : "\\u{" + Integer.toHexString(codePoint).toLowerCase(Locale.ROOT) + "}";
  }

  private static boolean isPlain(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> !looksEmpty(codePoint);
    };
  }

  /** Letters and marks that take no room: fillers, joiners, variation selectors. */
  private static boolean looksEmpty(int codePoint) {
    return codePoint == 0x034F
        || codePoint == 0x115F
        || codePoint == 0x1160
        || codePoint == 0x17B4
        || codePoint == 0x17B5
        || (codePoint >= 0x180B && codePoint <= 0x180F)
        || codePoint == 0x2800
        || codePoint == 0x3164
        || (codePoint >= 0xFE00 && codePoint <= 0xFE0F)
        || codePoint == 0xFFA0
        || (codePoint >= 0xE0100 && codePoint <= 0xE01EF);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SafeText that && that.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The text, fit to be written. */
  @Override
  public String toString() {
    return text;
  }
}
