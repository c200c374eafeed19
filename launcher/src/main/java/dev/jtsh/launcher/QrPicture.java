// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.TerminalState;
import dev.jtsh.protocol.text.SafeText;
import io.nayuki.qrcodegen.QrCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A link as a picture for a phone's camera: two rows of squares in one row of text. Only ever of a
 * link, also of the one that hands a secret to an app, never of the number, which must go by the
 * person's eyes.
 */
final class QrPicture {
  private static final int QUIET = 2;
  private static final int STDERR = 2;

  private final QrCode code;

  private QrPicture(QrCode code) {
    this.code = code;
  }

  static QrPicture of(String link) {
    return new QrPicture(QrCode.encodeText(link, QrCode.Ecc.LOW));
  }

  int columns() {
    return code.size + 2 * QUIET;
  }

  int rows() {
    return (columns() + 1) / 2;
  }

  /** Whether a person's terminal has the room for it, and the signs. */
  boolean fits(Outside outside, int otherRows) {
    String term = outside.environment().getOrDefault("TERM", "");
    return outside.interactive()
        && !term.isEmpty()
        && !term.equals("dumb")
        && isUtf8(outside.environment())
        && TerminalState.size(STDERR)
            .filter(size -> size.columns() >= columns() && size.rows() >= rows() + otherRows)
            .isPresent();
  }

  private static boolean isUtf8(Map<String, String> environment) {
    for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      String value = environment.getOrDefault(name, "");
      if (!value.isEmpty()) {
        String upper = value.toUpperCase(Locale.ROOT);
        return upper.endsWith("UTF-8") || upper.endsWith("UTF8");
      }
    }
    return false;
  }

  List<SafeText> lines() {
    List<SafeText> lines = new ArrayList<>();
    for (int y = -QUIET; y < code.size + QUIET; y += 2) {
      StringBuilder row = new StringBuilder();
      for (int x = -QUIET; x < code.size + QUIET; x++) {
        boolean upper = code.getModule(x, y);
        boolean lower = code.getModule(x, y + 1);
        row.append(upper && lower ? '\u2588' : upper ? '\u2580' : lower ? '\u2584' : ' ');
      }
      lines.add(SafeText.of(row.toString()));
    }
    return lines;
  }
}
