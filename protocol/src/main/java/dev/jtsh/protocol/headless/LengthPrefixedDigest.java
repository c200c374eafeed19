// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.headless;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 over fields, each with its length before it: no two lists of fields are the same. */
final class LengthPrefixedDigest {
  private final MessageDigest digest;

  LengthPrefixedDigest(String domain) {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
    text(domain);
  }

  void text(String value) {
    bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  void bytes(ByteString value) {
    bytes(value.toByteArray());
  }

  private void bytes(byte[] value) {
    number(value.length);
    digest.update(value);
  }

  void number(long value) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(value).flip());
  }

  ByteString finish() {
    return ByteString.copyFrom(digest.digest());
  }
}
