// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;

/** Asks for a one-time code. It is over in a minute and good once, so it may be a String. */
final class OneTimeCodePrompt {
  private static final int DIGITS_MIN = 6;
  private static final int DIGITS_MAX = 8;

  private OneTimeCodePrompt() {}

  /**
   * Asks once.
   *
   * @throws SettingsException when what was typed is no code
   */
  static String ask(Outside outside) {
    SafeText prompt = SafeText.literal("Enter an OTP code from a device:\n");
    try (SecretBuffer typed = new Passwords(outside.passwords()).ask(prompt)) {
      // A password typed here by mistake stays where it is.
      StringBuilder code = new StringBuilder();
      for (long at = 0; at < typed.size(); at++) {
        char sign = (char) typed.segment().get(JAVA_BYTE, at);
        if (sign >= '0' && sign <= '9' && code.length() < DIGITS_MAX) {
          code.append(sign);
        } else if (sign != ' ') {
          throw notACode();
        }
      }
      if (code.length() < DIGITS_MIN) {
        throw notACode();
      }
      return code.toString();
    }
  }

  private static SettingsException notACode() {
    return new SettingsException("a one-time code is six to eight digits");
  }
}
