// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * What one login is bound by: each 256 random bits, good for one try.
 *
 * @param state ties the provider's answer to this login
 * @param nonce ties the ID token to this login
 * @param verifier ties the code to this cluster (RFC 7636)
 */
public record LoginSecrets(String state, String nonce, String verifier) {
  private static final int BYTES = 32;

  /** New ones. */
  public static LoginSecrets make(SecureRandom random) {
    return new LoginSecrets(text(random), text(random), text(random));
  }

  /** What the provider sees of the verifier before the code. */
  String challenge() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String text(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public String toString() {
    return "LoginSecrets(hidden)";
  }
}
