// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.key;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * The client data of WebAuthn, in the serialisation of its section 5.8.1.1: what the key signs, by
 * its hash, so that an answer made for one cluster is worth nothing at another.
 *
 * @param json the exact bytes
 */
record ClientData(ByteString json) {
  static final String SIGN = "webauthn.get";
  static final String REGISTER = "webauthn.create";

  /** What needs no escape in JSON; an origin has no other characters. */
  private static final Pattern ORIGIN = Pattern.compile("https://[A-Za-z0-9.:\\[\\]_-]+");

  /**
   * For one ceremony.
   *
   * @throws IllegalArgumentException if that is no origin
   */
  static ClientData of(String type, ByteString challenge, String origin) {
    if (!ORIGIN.matcher(origin).matches()) {
      throw new IllegalArgumentException("not an origin: " + origin);
    }
    String encoded =
        Base64.getUrlEncoder().withoutPadding().encodeToString(challenge.toByteArray());
    return new ClientData(
        ByteString.copyFromUtf8(
            "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\",\"crossOrigin\":false}"
                .formatted(type, encoded, origin)));
  }

  /** What the key is given of it. */
  byte[] hash() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(json.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
