// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.util.List;

/** How recovery codes are shown, the one time they are. */
final class RecoveryCodeLines {
  private RecoveryCodeLines() {}

  static void show(Console console, List<String> codes) {
    console.say(
        SafeText.literal(
            "Your recovery codes, shown only now; each is good once, in place of a lost password or"
                + " key:"));
    codes.forEach(code -> console.say(SafeText.format("  {}", SafeText.of(code))));
  }
}
