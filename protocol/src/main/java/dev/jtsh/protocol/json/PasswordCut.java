// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.json;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.Password;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes the password out of a JSON document before the JSON library sees it: that library would
 * keep it in arrays of the Java heap, of which the garbage collector leaves copies. Only strings
 * named {@code pass} or {@code password} in the outermost object are cut, one for a document; an
 * empty string stays in their place. What is no object, or is spelled so that another reader might
 * see another name, is refused unread.
 */
final class PasswordCut implements AutoCloseable {
  private static final List<String> NAMES = List.of("pass", "password");
  private static final int NAME_BYTES_MAX = 256;
  private static final int UNICODE_DIGITS = 4;

  /** The first character that needs so many bytes behind the first. */
  private static final int[] SMALLEST = {0, 0x80, 0x800, 0x10000};

  private final ByteBuffer in;
  private final Password.Room room;
  private int at;
  private int cutFrom = -1;
  private int cutTo = -1;
  private Password password = Password.empty();
  private boolean taken;
  private boolean kept;

  private PasswordCut(ByteBuffer document, Password.Room room) {
    this.in = document;
    this.room = room;
    this.at = document.position();
  }

  /**
   * Cuts.
   *
   * @param document read from its position to its limit, which stay
   * @throws WireException of kind BAD_PARAMETER
   */
  static PasswordCut of(ByteBuffer document, Password.Room room) {
    PasswordCut cut = new PasswordCut(document, room);
    boolean done = false;
    try {
      cut.object();
      done = true;
      return cut;
    } finally {
      if (!done) {
        cut.close();
      }
    }
  }

  /** The document without the password. */
  byte[] rest() {
    int end = in.limit();
    int start = in.position();
    int from = cutFrom < 0 ? end : cutFrom;
    int to = cutFrom < 0 ? end : cutTo;
    byte[] rest = new byte[from - start + end - to];
    in.get(start, rest, 0, from - start);
    in.get(to, rest, from - start, end - to);
    return rest;
  }

  /** Hands the password over, once; the empty one if there was none. */
  Password take() {
    if (taken) {
      return Password.empty();
    }
    taken = true;
    return password;
  }

  /** All went well: who took the password closes it. */
  void keep() {
    kept = taken;
  }

  /** Wipes a password that was not kept. */
  @Override
  public void close() {
    if (!kept) {
      password.close();
    }
  }

  private void object() {
    expect('{');
    if (peek() == '}') {
      at++;
      return;
    }
    while (true) {
      expect('"');
      boolean wanted = isPasswordName();
      expect(':');
      int first = peek();
      if (wanted && first == '"') {
        cut();
      } else if (wanted && first != 'n') {
        throw malformed();
      } else {
        skipValue();
      }
      int next = peek();
      at++;
      if (next == '}') {
        return;
      }
      if (next != ',') {
        throw malformed();
      }
    }
  }

  /** After the opening quotation mark; ends after the closing one. */
  private boolean isPasswordName() {
    int from = at;
    while (next() != '"') {
      int one = in.get(at - 1);
      if (one == '\\' || (one >= 0 && one < ' ') || at - from > NAME_BYTES_MAX) {
        throw malformed();
      }
    }
    byte[] name = new byte[at - 1 - from];
    in.get(from, name);
    return NAMES.contains(new String(name, US_ASCII).toLowerCase(Locale.ROOT));
  }

  private void cut() {
    if (cutFrom >= 0) {
      throw malformed();
    }
    at++;
    int from = at;
    int bytes = unescape(null);
    cutFrom = from;
    cutTo = at - 1;
    if (bytes > 0) {
      password = room.of(Math.min(bytes, Password.MAX_BYTES + 1));
      at = from;
      int ignored = unescape(password.utf8());
    }
  }

  /**
   * Reads the rest of a string (RFC 8259 §7).
   *
   * @param into where its UTF-8 goes, as far as there is room; null to count only
   * @return bytes of UTF-8
   */
  private int unescape(@Nullable MemorySegment into) {
    int length = 0;
    for (int one = next(); one != '"'; one = next()) {
      if (one >= 0 && one < ' ') {
        throw malformed();
      }
      length =
          one == '\\'
              ? escaped(into, length)
              : putCharacter(into, length, one >= 0 ? one : literal(one));
    }
    return length;
  }

  /** The character of which this is the first byte; only in its one right form (RFC 3629 §3). */
  private int literal(int first) {
    int lead = first & 0xFF;
    int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    int character = lead & (0x3F >> more);
    for (int i = 0; i < more; i++) {
      int one = next();
      if ((one & 0xC0) != 0x80) {
        throw malformed();
      }
      character = (character << 6) | (one & 0x3F);
    }
    boolean right =
        lead >= 0xC2
            && character >= SMALLEST[more]
            && character <= Character.MAX_CODE_POINT
            && (character > 0xFFFF || !Character.isSurrogate((char) character));
    if (lead > 0xF4 || !right) {
      throw malformed();
    }
    return character;
  }

  private int escaped(@Nullable MemorySegment into, int length) {
    int kind = next();
    return switch (kind) {
      case '"', '\\', '/' -> put(into, length, kind);
      case 'b' -> put(into, length, '\b');
      case 'f' -> put(into, length, '\f');
      case 'n' -> put(into, length, '\n');
      case 'r' -> put(into, length, '\r');
      case 't' -> put(into, length, '\t');
      case 'u' -> putCharacter(into, length, unicode());
      default -> throw malformed();
    };
  }

  /** A whole character: two halves are put together, one alone is refused. */
  private int unicode() {
    int first = unit();
    if (!Character.isSurrogate((char) first)) {
      return first;
    }
    if (!Character.isHighSurrogate((char) first) || next() != '\\' || next() != 'u') {
      throw malformed();
    }
    int second = unit();
    if (!Character.isLowSurrogate((char) second)) {
      throw malformed();
    }
    return Character.toCodePoint((char) first, (char) second);
  }

  private int unit() {
    int value = 0;
    for (int i = 0; i < UNICODE_DIGITS; i++) {
      int one = next();
      int digit = one < 0 ? -1 : Character.digit(one, 16);
      if (digit < 0) {
        throw malformed();
      }
      value = (value << 4) | digit;
    }
    return value;
  }

  private static int putCharacter(@Nullable MemorySegment into, int length, int character) {
    if (character < 0x80) {
      return put(into, length, character);
    }
    if (character < 0x800) {
      return put(into, put(into, length, 0xC0 | (character >> 6)), continuation(character));
    }
    int at = length;
    if (character < 0x10000) {
      at = put(into, at, 0xE0 | (character >> 12));
    } else {
      at = put(into, at, 0xF0 | (character >> 18));
      at = put(into, at, continuation(character >> 12));
    }
    at = put(into, at, continuation(character >> 6));
    return put(into, at, continuation(character));
  }

  private static int continuation(int bits) {
    return 0x80 | (bits & 0x3F);
  }

  private static int put(@Nullable MemorySegment into, int at, int one) {
    if (into != null && at < into.byteSize()) {
      into.set(JAVA_BYTE, at, (byte) one);
    }
    return at + 1;
  }

  /** Past a value of no interest: the JSON library judges it later. */
  private void skipValue() {
    int depth = 0;
    do {
      int one = peek();
      switch (one) {
        case '"' -> {
          at++;
          skipString();
        }
        case '{', '[' -> {
          depth++;
          at++;
        }
        case '}', ']' -> {
          if (depth == 0) {
            throw malformed();
          }
          depth--;
          at++;
        }
        case ',' -> {
          if (depth == 0) {
            throw malformed();
          }
          at++;
        }
        default -> skipScalar(depth);
      }
    } while (depth > 0);
  }

  private void skipScalar(int depth) {
    int from = at;
    while (at < in.limit() && isScalar(in.get(at), depth)) {
      at++;
    }
    if (at == from) {
      throw malformed();
    }
  }

  private static boolean isScalar(int one, int depth) {
    return (one >= '0' && one <= '9')
        || (one >= 'a' && one <= 'z')
        || one == '-'
        || one == '+'
        || one == '.'
        || one == 'E'
        || (depth > 0 && one == ':');
  }

  private void skipString() {
    for (int one = next(); one != '"'; one = next()) {
      if (one == '\\') {
        int ignored = next();
      }
    }
  }

  private void expect(char wanted) {
    if (peek() != wanted) {
      throw malformed();
    }
    at++;
  }

  /** The next byte that is no space. */
  private int peek() {
    while (at < in.limit()) {
      int one = in.get(at);
      if (one != ' ' && one != '\t' && one != '\r' && one != '\n') {
        return one;
      }
      at++;
    }
    throw malformed();
  }

  private int next() {
    if (at >= in.limit()) {
      throw malformed();
    }
    return in.get(at++);
  }

  private static WireException malformed() {
    return new WireException(ErrorKind.BAD_PARAMETER, "request: malformed JSON");
  }
}
