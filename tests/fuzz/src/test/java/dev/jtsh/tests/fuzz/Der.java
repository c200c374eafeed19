// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import java.io.ByteArrayOutputStream;

/** Writes the few forms of DER (X.690) that the targets are built of, right or wrong. */
final class Der {
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int OBJECT_IDENTIFIER = 0x06;

  private Der() {}

  static byte[] element(int tag, byte[] content) {
    var out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.length;
    if (length >= 0x80) {
      int lengthBytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
      out.write(0x80 | lengthBytes);
      for (int i = lengthBytes - 1; i > 0; i--) {
        out.write(length >> (8 * i));
      }
    }
    out.write(length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  static byte[] sequence(byte[] content) {
    return element(SEQUENCE, content);
  }

  static byte[] set(byte[] content) {
    return element(SET, content);
  }

  static byte[] concatenated(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  static byte[] objectIdentifier(String dotted) {
    String[] arcs = dotted.split("\\.", -1);
    var out = new ByteArrayOutputStream();
    out.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      int arc = Integer.parseInt(arcs[i]);
      if (arc >= 1 << 14) {
        throw new IllegalArgumentException("arc too large for these tests: " + arc);
      }
      if (arc >= 1 << 7) {
        out.write(0x80 | arc >> 7);
      }
      out.write(arc & 0x7f);
    }
    return element(OBJECT_IDENTIFIER, out.toByteArray());
  }
}
