// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.lang.foreign.MemorySegment;

/** A private key inside libcrypto, by the calls that suit its algorithm. Freed by its owner. */
sealed interface KeyHandle permits EcKeyHandle, RsaKeyHandle {
  /** A fresh key. */
  static KeyHandle generate(NativeKey.Kind kind) {
    return kind.isRsa() ? RsaKeyHandle.generate(kind) : new EcKeyHandle(LibCryptoEc.generate());
  }

  /** A key from DER in secret memory. */
  static KeyHandle read(MemorySegment der) {
    return switch (PrivateKeyDer.parse(der)) {
      case PrivateKeyDer.P256(MemorySegment scalar) -> new EcKeyHandle(LibCryptoEc.read(scalar));
      case PrivateKeyDer.Rsa(MemorySegment pkcs1) -> RsaKeyHandle.read(pkcs1);
    };
  }

  NativeKey.Kind kind();

  /** SubjectPublicKeyInfo. */
  byte[] publicKeyDer();

  byte[] sign(NativeKey.Scheme scheme, byte[] message);

  /** PKCS#8 in secret memory; the caller closes it. */
  SecretBuffer pkcs8(SecretArena arena);

  void free();
}
