// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.Semaphore;

/**
 * An RSA key. While a signature is made libcrypto has its primes in ordinary memory (their
 * Montgomery forms); afterwards they are cleansed.
 */
final class RsaKeyHandle implements KeyHandle {
  /**
   * Copies at one time: each signature of a generated key works on its own (see {@link #sign}), and
   * the heap they lie in is bounded.
   */
  private static final Semaphore COPIES = new Semaphore(16);

  /** EVP_PKEY. */
  private final MemorySegment key;

  private final NativeKey.Kind kind;
  private final boolean signsByCopy;

  private RsaKeyHandle(MemorySegment key, NativeKey.Kind kind, boolean signsByCopy) {
    this.key = key;
    this.kind = kind;
    this.signsByCopy = signsByCopy;
  }

  static RsaKeyHandle generate(NativeKey.Kind kind) {
    return new RsaKeyHandle(LibCrypto.generateRsa(kind.bits()), kind, true);
  }

  static RsaKeyHandle read(MemorySegment pkcs1) {
    MemorySegment key = LibCryptoRsaImport.read(pkcs1);
    int bits = LibCrypto.bits(key);
    for (NativeKey.Kind kind : NativeKey.Kind.values()) {
      if (kind.isRsa() && kind.bits() == bits) {
        return new RsaKeyHandle(key, kind, false);
      }
    }
    LibCrypto.free(key);
    throw new KeyFormatException("RSA keys of " + bits + " bits are not used: 2048, 3072, 4096");
  }

  @Override
  public NativeKey.Kind kind() {
    return kind;
  }

  @Override
  public byte[] publicKeyDer() {
    return LibCrypto.publicKeyDer(key);
  }

  /**
   * libcrypto keeps the primes of a generated key in ordinary memory from the first signature on,
   * for the life of the key. A copy per signature takes them along when it is freed.
   */
  @Override
  public byte[] sign(NativeKey.Scheme scheme, byte[] message) {
    if (!signsByCopy) {
      return LibCrypto.sign(key, scheme, message);
    }
    COPIES.acquireUninterruptibly();
    try {
      MemorySegment copy = LibCrypto.duplicate(key);
      try {
        return LibCrypto.sign(copy, scheme, message);
      } finally {
        LibCrypto.free(copy);
      }
    } finally {
      COPIES.release();
    }
  }

  @Override
  public SecretBuffer pkcs8(SecretArena arena) {
    return RsaPkcs8.encode(key, arena);
  }

  @Override
  public void free() {
    LibCrypto.free(key);
  }
}
