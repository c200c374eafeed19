// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** What a real Teleport sent and received. */
public final class Recorded {
  private Recorded() {}

  public static byte[] bytes(String name) {
    try (InputStream in = Recorded.class.getResourceAsStream("/recorded/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no recorded file " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static byte[] hex(String name) {
    return HexFormat.of().parseHex(new String(bytes(name), StandardCharsets.US_ASCII).strip());
  }
}
