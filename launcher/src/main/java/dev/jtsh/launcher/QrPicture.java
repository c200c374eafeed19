// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import io.nayuki.qrcodegen.QrCode;
import java.util.ArrayList;
import java.util.List;

/**
 * A link as a picture for a phone's camera: two rows of squares in one row of text. Only ever of a
 * link, never of the number, which must go by the person's eyes.
 */
final class QrPicture {
  private static final int QUIET = 2;

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
