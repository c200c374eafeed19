// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * One typed line. Takes no byte behind its end: on a pipe the next line may be a password or PIN,
 * which another reader waits for.
 */
final class AnswerLine {
  private static final int BYTES_MAX = 4096;

  private AnswerLine() {}

  /** The line without the spaces around it; empty at the end of the input, or when it fails. */
  static String read(InputStream in) {
    var line = new ByteArrayOutputStream();
    try {
      for (int one = in.read(); one >= 0 && one != '\n'; one = in.read()) {
        line.write(one);
        if (line.size() > BYTES_MAX) {
          return "";
        }
      }
    } catch (IOException e) {
      return "";
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }
}
