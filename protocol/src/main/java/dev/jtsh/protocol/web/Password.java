// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A password on its way, as UTF-8 in native memory. Never a {@link String}, never shown, wiped on
 * close. Bodies that carried it are out of its reach.
 */
public final class Password implements AutoCloseable {
  /** The longest that anybody may have, in bytes of UTF-8. */
  public static final int MAX_BYTES = 512;

  private static final int UTF8_BYTES_MAX = 4;
  private static final Password NONE = new Password(MemorySegment.NULL, () -> {});

  private final MemorySegment utf8;
  private final Runnable giveBack;

  private Password(MemorySegment utf8, Runnable giveBack) {
    this.utf8 = utf8;
    this.giveBack = giveBack;
  }

  /** Memory for passwords that come in. */
  public interface Room {
    /**
     * A password of so many zeros, to be filled by the caller.
     *
     * @param bytes 1 to {@link #MAX_BYTES} + 1: one that is too long is kept as such
     */
    Password of(int bytes);
  }

  /**
   * A password in memory of the caller's choice.
   *
   * @param utf8 native memory, not empty
   * @param giveBack runs once it is wiped; may run more than once
   */
  public static Password in(MemorySegment utf8, Runnable giveBack) {
    return new Password(utf8, giveBack);
  }

  /** Keeps a copy of these characters, in ordinary native memory; the caller wipes its own. */
  public static Password copyOf(char[] characters) {
    return copyOf(characters, 0, characters.length);
  }

  /** Keeps a copy of part of these characters. */
  public static Password copyOf(char[] characters, int from, int length) {
    if (length == 0) {
      return empty();
    }
    byte[] room = new byte[length * UTF8_BYTES_MAX];
    try {
      ByteBuffer encoded = ByteBuffer.wrap(room);
      CharBuffer text = CharBuffer.wrap(characters, from, length);
      if (StandardCharsets.UTF_8.newEncoder().encode(text, encoded, true).isError()) {
        throw new IllegalArgumentException("half a character");
      }
      MemorySegment utf8 = Arena.ofAuto().allocate(encoded.position());
      MemorySegment.copy(room, 0, utf8, JAVA_BYTE, 0, encoded.position());
      return new Password(utf8, () -> {});
    } finally {
      Arrays.fill(room, (byte) 0);
    }
  }

  /** No password. */
  public static Password empty() {
    return NONE;
  }

  /** The memory itself, readable until {@link #close}; empty if there is none. */
  public MemorySegment utf8() {
    return utf8;
  }

  /** A copy in the Java heap that the caller wipes. */
  public char[] copy() {
    CharBuffer text = StandardCharsets.UTF_8.decode(utf8.asByteBuffer());
    char[] characters = new char[text.remaining()];
    text.get(characters);
    if (text.hasArray()) {
      Arrays.fill(text.array(), '\0');
    }
    return characters;
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return utf8.byteSize() == 0;
  }

  /** Its length in characters: every byte that does not continue one. */
  public int length() {
    int characters = 0;
    for (long i = 0; i < utf8.byteSize(); i++) {
      characters += (utf8.get(JAVA_BYTE, i) & 0xC0) == 0x80 ? 0 : 1;
    }
    return characters;
  }

  @Override
  public void close() {
    if (utf8.scope().isAlive()) {
      utf8.fill((byte) 0);
      giveBack.run();
    }
  }

  @Override
  public String toString() {
    return "Password(hidden)";
  }
}
