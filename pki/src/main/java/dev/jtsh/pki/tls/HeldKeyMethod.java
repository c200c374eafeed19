// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.SignatureScheme;
import io.netty.handler.ssl.OpenSslPrivateKeyMethod;
import java.security.InvalidKeyException;
import java.security.SignatureException;
import javax.net.ssl.SSLEngine;

/** Signs for BoringSSL with a key it never sees. */
final class HeldKeyMethod implements OpenSslPrivateKeyMethod {
  private final HeldKey key;

  HeldKeyMethod(HeldKey key) {
    this.key = key;
  }

  /** TLS numbers of the schemes: RFC 8446 §4.2.3. */
  private static SignatureScheme scheme(int number) throws SignatureException {
    return switch (number) {
      case 0x0403 -> SignatureScheme.ECDSA_SHA256;
      case 0x0503 -> SignatureScheme.ECDSA_SHA384;
      case 0x0603 -> SignatureScheme.ECDSA_SHA512;
      case 0x0804 -> SignatureScheme.RSA_PSS_SHA256;
      case 0x0805 -> SignatureScheme.RSA_PSS_SHA384;
      case 0x0806 -> SignatureScheme.RSA_PSS_SHA512;
      case 0x0401 -> SignatureScheme.RSA_PKCS1_SHA256;
      case 0x0501 -> SignatureScheme.RSA_PKCS1_SHA384;
      case 0x0601 -> SignatureScheme.RSA_PKCS1_SHA512;
      default ->
          throw new SignatureException("no TLS signature scheme 0x" + Integer.toHexString(number));
    };
  }

  @Override
  public byte[] sign(SSLEngine engine, int signatureAlgorithm, byte[] input)
      throws SignatureException {
    return key.sign(scheme(signatureAlgorithm), input);
  }

  @Override
  public byte[] decrypt(SSLEngine engine, byte[] input) throws InvalidKeyException {
    throw new InvalidKeyException("key exchange by RSA encryption is not offered");
  }
}
