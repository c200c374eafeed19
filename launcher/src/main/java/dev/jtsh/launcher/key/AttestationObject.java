// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.key;

import com.google.protobuf.ByteString;

/**
 * The CBOR that a registration sends: format "none". Who made the key is not told: no cluster that
 * jtsh knows asks for it, and it would make users recognisable across clusters.
 */
final class AttestationObject {
  /** A map with fmt "none", an empty attStmt and authData, up to the length of the latter. */
  private static final ByteString BEFORE_LENGTH =
      ByteString.copyFrom(new byte[] {(byte) 0xa3})
          .concat(text("fmt"))
          .concat(text("none"))
          .concat(text("attStmt"))
          .concat(ByteString.copyFrom(new byte[] {(byte) 0xa0}))
          .concat(text("authData"))
          .concat(ByteString.copyFrom(new byte[] {0x59}));

  private static final int LENGTH_MAX = 0xffff;

  private AttestationObject() {}

  static ByteString of(byte[] authenticatorData) {
    if (authenticatorData.length > LENGTH_MAX) {
      throw new IllegalArgumentException("authenticator data is too long");
    }
    byte[] length = {(byte) (authenticatorData.length >> 8), (byte) authenticatorData.length};
    return BEFORE_LENGTH
        .concat(ByteString.copyFrom(length))
        .concat(ByteString.copyFrom(authenticatorData));
  }

  /** A text of less than 24 bytes. */
  private static ByteString text(String text) {
    ByteString bytes = ByteString.copyFromUtf8(text);
    return ByteString.copyFrom(new byte[] {(byte) (0x60 + bytes.size())}).concat(bytes);
  }
}
