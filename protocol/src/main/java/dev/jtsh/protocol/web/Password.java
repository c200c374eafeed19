// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import java.util.Arrays;

/**
 * A password on its way. Never a {@link String}, never shown, wiped on close. Bodies that carried
 * it are out of its reach.
 */
public final class Password implements AutoCloseable {
  private final char[] characters;

  private Password(char[] characters) {
    this.characters = characters;
  }

  /** Keeps a copy of these characters; the caller wipes its own. */
  public static Password copyOf(char[] characters) {
    return copyOf(characters, 0, characters.length);
  }

  /** Keeps a copy of part of these characters. */
  public static Password copyOf(char[] characters, int from, int length) {
    return new Password(Arrays.copyOfRange(characters, from, from + length));
  }

  /** No password. */
  public static Password empty() {
    return new Password(new char[0]);
  }

  /** A copy that the caller wipes. */
  public char[] copy() {
    return characters.clone();
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return characters.length == 0;
  }

  /** Its length in characters. */
  public int length() {
    return characters.length;
  }

  @Override
  public void close() {
    Arrays.fill(characters, '\0');
  }

  @Override
  public String toString() {
    return "Password(hidden)";
  }
}
