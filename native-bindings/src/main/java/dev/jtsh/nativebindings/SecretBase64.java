// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** Decodes base64 (RFC 4648, section 4) from native memory into the arena, past the Java heap. */
public final class SecretBase64 {
  private static final int IGNORED = -1;
  private static final int NOT_BASE64 = -2;

  private SecretBase64() {}

  /**
   * Decodes into the arena of this process. Blanks and line ends between are passed over.
   *
   * @return the bytes; closed by the caller
   * @throws KeyFormatException if it is empty or no base64
   */
  public static SecretBuffer decode(MemorySegment text) {
    return decode(text, SecretArena.process());
  }

  static SecretBuffer decode(MemorySegment text, SecretArena arena) {
    int characters = 0;
    for (long i = 0; i < text.byteSize(); i++) {
      if (value(text.get(JAVA_BYTE, i)) >= 0) {
        characters++;
      }
    }
    int length = (int) (characters * 3L / 4);
    if (length == 0) {
      throw new KeyFormatException("the base64 text of a key is empty");
    }
    SecretBuffer decoded = arena.allocate(length);
    int bits = 0;
    int held = 0;
    long at = 0;
    for (long i = 0; i < text.byteSize(); i++) {
      int value = value(text.get(JAVA_BYTE, i));
      if (value >= 0) {
        bits = bits << 6 | value;
        held += 6;
        if (held >= 8) {
          held -= 8;
          decoded.segment().set(JAVA_BYTE, at++, (byte) (bits >> held));
        }
      } else if (value == NOT_BASE64) {
        decoded.close();
        throw new KeyFormatException("a key holds something that is not base64");
      }
    }
    return decoded;
  }

  private static int value(byte character) {
    if (character >= 'A' && character <= 'Z') {
      return character - 'A';
    } else if (character >= 'a' && character <= 'z') {
      return character - 'a' + 26;
    } else if (character >= '0' && character <= '9') {
      return character - '0' + 52;
    }
    return switch (character) {
      case '+' -> 62;
      case '/' -> 63;
      case '=', '\n', '\r', ' ', '\t' -> IGNORED;
      default -> NOT_BASE64; // Also the colon of "Proc-Type: 4,ENCRYPTED".
    };
  }
}
