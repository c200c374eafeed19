// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.headless;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the key of a session signs so that a new request counts as that session's continuation
 * (security rule 12). Both keys of the new request are in it: whoever sees the signature cannot use
 * it for a key of their own.
 */
public final class ContinuationMessage {
  private static final byte[] DOMAIN = "jtsh continues 1".getBytes(StandardCharsets.US_ASCII);

  private ContinuationMessage() {}

  /**
   * The bytes to sign: each part with its length before it.
   *
   * @param previousId the id of the request the session came from
   * @param newId the id of the new request
   * @param sshPublicKey of the new request, as sent
   * @param tlsPublicKey of the new request, as sent; empty if the SSH key is used for both
   */
  public static byte[] of(
      String previousId, String newId, ByteString sshPublicKey, ByteString tlsPublicKey) {
    byte[][] parts = {
      DOMAIN,
      previousId.getBytes(StandardCharsets.UTF_8),
      newId.getBytes(StandardCharsets.UTF_8),
      sshPublicKey.toByteArray(),
      tlsPublicKey.toByteArray()
    };
    int length = 0;
    for (byte[] part : parts) {
      length = Math.addExact(length, Integer.BYTES + part.length);
    }
    ByteBuffer message = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      message.putInt(part.length).put(part);
    }
    return message.array();
  }
}
