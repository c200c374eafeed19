// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.terminal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A terminal's bytes without what only moves the cursor or paints: escape sequences, carriage
 * returns, bells and deleted characters are left out. Takes the bytes in pieces of any size: a
 * sequence cut in two does not show, and text once given never changes.
 */
final class PlainText {
  private static final int BELL = 0x07;
  private static final int BACKSPACE = 0x08;
  private static final int ESCAPE = 0x1b;

  private enum State {
    TEXT,
    AFTER_ESCAPE,
    /** ESC and an intermediate such as "(": one more byte belongs to it. */
    SHORT,
    /** {@code ESC [ ... letter}. */
    CONTROL,
    /** {@code ESC ] ...} and its like, up to BEL or ESC \. */
    STRING,
    STRING_AFTER_ESCAPE
  }

  private final ByteArrayOutputStream plain = new ByteArrayOutputStream();
  private State state = State.TEXT;

  void add(byte[] bytes) {
    for (byte value : bytes) {
      state = next(value & 0xff);
    }
  }

  String text() {
    return plain.toString(StandardCharsets.UTF_8);
  }

  private State next(int value) {
    return switch (state) {
      case TEXT -> inText(value);
      case AFTER_ESCAPE -> afterEscape(value);
      case SHORT -> State.TEXT;
      case CONTROL -> value >= 0x40 && value <= 0x7e ? State.TEXT : State.CONTROL;
      case STRING ->
          switch (value) {
            case BELL -> State.TEXT;
            case ESCAPE -> State.STRING_AFTER_ESCAPE;
            default -> State.STRING;
          };
      case STRING_AFTER_ESCAPE -> value == '\\' ? State.TEXT : State.STRING;
    };
  }

  private State inText(int value) {
    if (value == ESCAPE) {
      return State.AFTER_ESCAPE;
    }
    if (value != '\r' && value != BELL && value != BACKSPACE && value != 0) {
      plain.write(value);
    }
    return State.TEXT;
  }

  private static State afterEscape(int value) {
    return switch (value) {
      case '[' -> State.CONTROL;
      case ']', 'P', 'X', '^', '_', 'k' -> State.STRING;
      case '(', ')', '*', '+', '#', '%', ' ' -> State.SHORT;
      default -> State.TEXT;
    };
  }
}
