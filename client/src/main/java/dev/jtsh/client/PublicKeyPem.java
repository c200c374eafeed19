// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import java.security.PublicKey;
import java.util.Base64;

/** A public key as PEM ({@code PUBLIC KEY}): the form of {@code tls_pub_key}. */
public final class PublicKeyPem {
  private PublicKeyPem() {}

  /** The key as PEM text, as it is sent to a cluster that takes two keys. */
  public static ByteString encode(PublicKey key) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return ByteString.copyFrom(
        "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n", US_ASCII);
  }
}
