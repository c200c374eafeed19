// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import dev.jtsh.nativebindings.NativeKey;
import dev.jtsh.nativebindings.SecretBuffer;
import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;

/** A key in libcrypto's secure heap, outside the reach of heap dumps and cores. */
final class NativeKeyBacking implements KeyBacking {
  private final NativeKey key;
  private final PublicKey publicKey;

  private NativeKeyBacking(NativeKey key) {
    this.key = key;
    this.publicKey = publicKeyOf(key);
  }

  static NativeKeyBacking generate(KeyKind kind) {
    return new NativeKeyBacking(
        NativeKey.generate(
            switch (kind) {
              case P256 -> NativeKey.Kind.EC_P256;
              case RSA2048 -> NativeKey.Kind.RSA_2048;
            }));
  }

  /** Throws IllegalArgumentException if the text holds no key that can be used. */
  static NativeKeyBacking parse(MemorySegment pem) {
    return new NativeKeyBacking(NativeKey.fromPem(pem));
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public byte[] sign(SignatureScheme scheme, byte[] message) {
    return key.sign(
        switch (scheme) {
          case ECDSA_SHA256 -> NativeKey.Scheme.ECDSA_SHA256;
          case ECDSA_SHA384 -> NativeKey.Scheme.ECDSA_SHA384;
          case ECDSA_SHA512 -> NativeKey.Scheme.ECDSA_SHA512;
          case RSA_PKCS1_SHA256 -> NativeKey.Scheme.RSA_PKCS1_SHA256;
          case RSA_PKCS1_SHA384 -> NativeKey.Scheme.RSA_PKCS1_SHA384;
          case RSA_PKCS1_SHA512 -> NativeKey.Scheme.RSA_PKCS1_SHA512;
          case RSA_PSS_SHA256 -> NativeKey.Scheme.RSA_PSS_SHA256;
          case RSA_PSS_SHA384 -> NativeKey.Scheme.RSA_PSS_SHA384;
          case RSA_PSS_SHA512 -> NativeKey.Scheme.RSA_PSS_SHA512;
        },
        message);
  }

  @Override
  public SecretBuffer privateKeyPem() {
    return key.privateKeyPem();
  }

  @Override
  public void close() {
    key.close();
  }

  private static PublicKey publicKeyOf(NativeKey key) {
    try {
      String algorithm = key.kind().isRsa() ? "RSA" : "EC";
      return KeyFactory.getInstance(algorithm)
          .generatePublic(new X509EncodedKeySpec(key.publicKeyDer()));
    } catch (GeneralSecurityException e) {
      key.close();
      throw new IllegalStateException("Java does not read libcrypto's public key", e);
    }
  }
}
