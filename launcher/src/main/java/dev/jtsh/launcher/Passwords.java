// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.Password;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Asks for passwords and turns the typed bytes into characters, wiping each copy on the way. */
final class Passwords {
  private final PasswordSource source;

  Passwords(PasswordSource source) {
    this.source = source;
  }

  /**
   * Asks once.
   *
   * @return closed by the caller
   * @throws SettingsException when there is no usable answer
   */
  Password ask(SafeText prompt) {
    CharBuffer characters = null;
    try (SecretBuffer typed = source.read(prompt)) {
      characters = StandardCharsets.UTF_8.newDecoder().decode(typed.segment().asByteBuffer());
      return Password.copyOf(characters.array(), 0, characters.limit());
    } catch (CharacterCodingException e) {
      throw new SettingsException("the password is not valid UTF-8");
    } catch (IOException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    } finally {
      if (characters != null) {
        Arrays.fill(characters.array(), '\0');
      }
    }
  }

  /** Asks twice, for a new password. */
  Password askNew(SafeText prompt, SafeText again) {
    Password first = ask(prompt);
    char[] a = first.copy();
    try (Password second = ask(again)) {
      char[] b = second.copy();
      try {
        if (!Arrays.equals(a, b)) {
          throw new SettingsException("the two passwords differ");
        }
      } finally {
        Arrays.fill(b, '\0');
      }
      return first;
    } catch (RuntimeException e) {
      first.close();
      throw e;
    } finally {
      Arrays.fill(a, '\0');
    }
  }
}
