// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The answer of a login in a browser, readable only by the program that began it: AES-256-GCM, no
 * additional data (teleport-wire §2.5).
 *
 * @param ciphertext with the tag at its end
 * @param nonce 12 bytes
 */
public record SealedLogin(ByteString ciphertext, ByteString nonce) {
  /** Length of the key, in bytes. */
  public static final int KEY_BYTES = 32;

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  /** Absent keys become empty values. */
  public SealedLogin {
    ciphertext = Absent.bytes(ciphertext);
    nonce = Absent.bytes(nonce);
  }

  /** Seals with a nonce of its own. */
  public static SealedLogin seal(byte[] plain, byte[] key, SecureRandom random) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce).doFinal(plain);
      return new SealedLogin(ByteString.copyFrom(sealed), ByteString.copyFrom(nonce));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  /**
   * Opens it.
   *
   * @throws WireException of kind BAD_PARAMETER when it was not sealed with this key
   */
  public byte[] open(byte[] key) {
    try {
      if (nonce.size() == NONCE_BYTES) {
        return cipher(Cipher.DECRYPT_MODE, key, nonce.toByteArray())
            .doFinal(ciphertext.toByteArray());
      }
    } catch (GeneralSecurityException e) {
      // Falls through: whatever it is, it is not for us.
    }
    throw new WireException(ErrorKind.BAD_PARAMETER, "the answer is not sealed with our key");
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce) throws GeneralSecurityException {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a key of 32 bytes is needed");
    }
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    return cipher;
  }
}
