// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import java.security.PublicKey;
import java.util.Base64;

/** A public key as PEM ({@code PUBLIC KEY}): the form of {@code tls_pub_key}. */
final class PublicKeyPem {
  private PublicKeyPem() {}

  static ByteString encode(PublicKey key) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return ByteString.copyFrom(
        "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n", US_ASCII);
  }
}
