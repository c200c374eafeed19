// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Asks for passwords. They stay in the arena as the bytes that were typed. */
final class Passwords {
  private static final int CHECKED_AT_ONCE_BYTES = 128;

  private final PasswordSource source;

  Passwords(PasswordSource source) {
    this.source = source;
  }

  /**
   * Asks once.
   *
   * @return UTF-8; closed by the caller
   * @throws SettingsException when there is no usable answer
   */
  SecretBuffer ask(SafeText prompt) {
    SecretBuffer typed;
    try {
      typed = source.read(prompt);
    } catch (IOException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
    if (!isUtf8(typed.segment().asByteBuffer())) {
      typed.close();
      throw new SettingsException("the password is not valid UTF-8");
    }
    return typed;
  }

  /** Asks twice, for a new password. */
  SecretBuffer askNew(SafeText prompt, SafeText again) {
    SecretBuffer first = ask(prompt);
    try (SecretBuffer second = ask(again)) {
      if (first.segment().mismatch(second.segment()) >= 0) {
        throw new SettingsException("the two passwords differ");
      }
      return first;
    } catch (RuntimeException e) {
      first.close();
      throw e;
    }
  }

  /** Decodes piece by piece into the arena, and throws the characters away. */
  private static boolean isUtf8(ByteBuffer typed) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    try (SecretBuffer scratch = SecretArena.process().allocate(CHECKED_AT_ONCE_BYTES)) {
      CharBuffer characters = scratch.segment().asByteBuffer().asCharBuffer();
      CoderResult result;
      do {
        characters.clear();
        result = decoder.decode(typed, characters, true);
      } while (result.isOverflow());
      return !result.isError();
    }
  }
}
