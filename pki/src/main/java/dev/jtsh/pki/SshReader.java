// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the data types of RFC 4251 §5; a length can never reach past the end. */
final class SshReader {
  private final ByteBuffer in;

  SshReader(byte[] bytes) {
    this.in = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  int uint32() {
    try {
      return in.getInt();
    } catch (BufferUnderflowException e) {
      throw malformed(e);
    }
  }

  long uint64() {
    try {
      return in.getLong();
    } catch (BufferUnderflowException e) {
      throw malformed(e);
    }
  }

  byte[] string() {
    int length = uint32();
    if (length < 0 || length > in.remaining()) {
      throw new PkiException("malformed SSH data: a length reaches past the end");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  String text() {
    return new String(string(), StandardCharsets.UTF_8);
  }

  BigInteger mpint() {
    byte[] bytes = string();
    return bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
  }

  boolean atEnd() {
    return !in.hasRemaining();
  }

  int position() {
    return in.position();
  }

  void end() {
    if (!atEnd()) {
      throw new PkiException("malformed SSH data: bytes after the end");
    }
  }

  private static PkiException malformed(BufferUnderflowException e) {
    return new PkiException("malformed SSH data: it ends too early", e);
  }
}
