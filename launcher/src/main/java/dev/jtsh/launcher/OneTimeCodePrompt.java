// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import java.nio.charset.StandardCharsets;

/** Asks for a one-time code. It is over in a minute and good once, so it may be a String. */
final class OneTimeCodePrompt {
  private static final String CODE = "[0-9]{6,8}";

  private OneTimeCodePrompt() {}

  /**
   * Asks once.
   *
   * @throws SettingsException when what was typed is no code
   */
  static String ask(Outside outside) {
    SafeText prompt = SafeText.literal("Enter an OTP code from a device:\n");
    try (SecretBuffer typed = new Passwords(outside.passwords()).ask(prompt)) {
      String code =
          new String(typed.segment().toArray(JAVA_BYTE), StandardCharsets.US_ASCII)
              .replace(" ", "")
              .strip();
      if (!code.matches(CODE)) {
        throw new SettingsException("a one-time code is six to eight digits");
      }
      return code;
    }
  }
}
