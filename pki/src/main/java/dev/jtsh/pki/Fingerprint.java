// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.HexFormat;

/** Short names of keys that people can compare. */
public final class Fingerprint {
  private Fingerprint() {}

  /** {@code SHA256:} and base64 of the hash of the OpenSSH form, as ssh-keygen prints it. */
  public static String sha256(PublicKey key) {
    return "SHA256:"
        + Base64.getEncoder().withoutPadding().encodeToString(hash(SshPublicKey.blob(key)));
  }

  /** {@code sha256:} and hex of the hash of the X.509 form, as a CA pin. */
  public static String caPin(PublicKey key) {
    return "sha256:" + HexFormat.of().formatHex(hash(key.getEncoded()));
  }

  static byte[] hash(byte[] bytes) {
    return digest("SHA-256", bytes);
  }

  static byte[] sha1(byte[] bytes) {
    return digest("SHA-1", bytes);
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }
}
