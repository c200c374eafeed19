// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** A program that does with a secret what no program of ours may do, each in its own run. */
final class Planted {
  private Planted() {}

  /**
   * Reads the secret from stdin as base64, keeps it as told, says so, and waits for the end of
   * stdin. The first argument says how.
   */
  public static void main(String[] args) throws IOException {
    byte[] secret = Base64.getDecoder().decode(readLine());
    Object kept =
        switch (args[0]) {
          case "heap" -> secret.clone();
          case "latin" -> new String(secret, StandardCharsets.ISO_8859_1);
          case "wide" -> "\u20ac" + new String(secret, StandardCharsets.ISO_8859_1);
          case "native" ->
              Arena.global().allocate(secret.length).copyFrom(MemorySegment.ofArray(secret));
          default -> List.of(); // In an argument or a variable.
        };
    java.util.Arrays.fill(secret, (byte) 0);
    System.out.println("kept");
    readLine();
    if (kept.equals(args[0])) {
      throw new IOException("the secret is no word");
    }
  }

  /** Into a buffer that is wiped: what was read stays nowhere else. */
  private static byte[] readLine() {
    try {
      byte[] line = new byte[4096];
      int length = 0;
      for (int c = System.in.read(); c >= 0 && c != '\n'; c = System.in.read()) {
        line[length++] = (byte) c;
      }
      return java.util.Arrays.copyOf(line, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
