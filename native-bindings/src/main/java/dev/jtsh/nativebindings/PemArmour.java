// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.MemorySegment;

/** PEM (RFC 7468) of private keys, from secret memory to secret memory. */
final class PemArmour {
  private static final byte[] HEAD = "-----BEGIN PRIVATE KEY-----\n".getBytes(US_ASCII);
  private static final byte[] FOOT = "-----END PRIVATE KEY-----\n".getBytes(US_ASCII);
  private static final byte[] BEGIN = "-----BEGIN ".getBytes(US_ASCII);
  private static final byte[] DASHES = "-----".getBytes(US_ASCII);
  private static final int LINE_CHARACTERS = 64;
  private static final int LABEL_CHARACTERS_MAX = 64;
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  private PemArmour() {}

  static SecretBuffer encodePrivateKey(MemorySegment der, SecretArena arena) {
    int characters = (int) ((der.byteSize() + 2) / 3 * 4);
    int lines = (characters + LINE_CHARACTERS - 1) / LINE_CHARACTERS;
    SecretBuffer pem = arena.allocate(HEAD.length + characters + lines + FOOT.length);
    MemorySegment out = pem.segment();
    MemorySegment.copy(HEAD, 0, out, JAVA_BYTE, 0, HEAD.length);
    long at = HEAD.length;
    for (int i = 0; i < characters; i++) {
      out.set(JAVA_BYTE, at++, character(der, i));
      if (i % LINE_CHARACTERS == LINE_CHARACTERS - 1 || i == characters - 1) {
        out.set(JAVA_BYTE, at++, (byte) '\n');
      }
    }
    MemorySegment.copy(FOOT, 0, out, JAVA_BYTE, at, FOOT.length);
    return pem;
  }

  /** The DER bytes of the first block whose label ends in PRIVATE KEY. */
  static SecretBuffer decodePrivateKey(MemorySegment pem, SecretArena arena) {
    long from = 0;
    while (true) {
      long begin = indexOf(pem, BEGIN, from);
      if (begin < 0) {
        throw new KeyFormatException("no PEM block with a private key");
      }
      long labelStart = begin + BEGIN.length;
      long labelEnd = indexOf(pem, DASHES, labelStart);
      if (labelEnd < 0 || labelEnd - labelStart > LABEL_CHARACTERS_MAX) {
        throw new KeyFormatException("a PEM block begins without a proper label");
      }
      String label =
          new String(pem.asSlice(labelStart, labelEnd - labelStart).toArray(JAVA_BYTE), US_ASCII);
      long bodyStart = labelEnd + DASHES.length;
      long bodyEnd = indexOf(pem, DASHES, bodyStart);
      if (bodyEnd < 0) {
        throw new KeyFormatException("a PEM block has no end");
      }
      if (label.equals("ENCRYPTED PRIVATE KEY") || label.equals("OPENSSH PRIVATE KEY")) {
        throw new KeyFormatException("a private key must be unencrypted PKCS#8, SEC 1 or PKCS#1");
      }
      if (label.endsWith("PRIVATE KEY")) {
        return SecretBase64.decode(pem.asSlice(bodyStart, bodyEnd - bodyStart), arena);
      }
      from = bodyEnd + DASHES.length;
    }
  }

  /** The base64 character at a place of the text, or the padding. */
  private static byte character(MemorySegment der, int place) {
    long bit = place * 6L;
    long index = bit / 8;
    if (index >= der.byteSize()) {
      return '=';
    }
    int high = der.get(JAVA_BYTE, index) & 0xFF;
    int low = index + 1 < der.byteSize() ? der.get(JAVA_BYTE, index + 1) & 0xFF : 0;
    int value = (high << 8 | low) >> (10 - bit % 8) & 0x3F;
    return (byte) ALPHABET.charAt(value);
  }

  private static long indexOf(MemorySegment text, byte[] wanted, long from) {
    for (long i = from; i <= text.byteSize() - wanted.length; i++) {
      int matched = 0;
      while (matched < wanted.length && text.get(JAVA_BYTE, i + matched) == wanted[matched]) {
        matched++;
      }
      if (matched == wanted.length) {
        return i;
      }
    }
    return -1;
  }
}
