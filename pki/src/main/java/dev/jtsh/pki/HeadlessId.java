// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** The id of a headless request, made from the public key it asks for (wire reference §3.1). */
public final class HeadlessId {
  private HeadlessId() {}

  /**
   * The id of a request for this key.
   *
   * @param authorizedKey exactly the bytes that are sent: one authorized_keys line with its line
   *     feed
   */
  public static UUID of(byte[] authorizedKey) {
    try {
      // Looks like a version 5 UUID in the nil name space, but with SHA-256.
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(new byte[16]);
      byte[] hash = digest.digest(authorizedKey);
      hash[6] = (byte) ((hash[6] & 0x0f) | 0x50);
      hash[8] = (byte) ((hash[8] & 0x3f) | 0x80);
      ByteBuffer id = ByteBuffer.wrap(hash);
      return new UUID(id.getLong(), id.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
