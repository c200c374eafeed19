// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A private key that lives in libcrypto's secure heap and nowhere else: never in the Java heap,
 * never in ordinary native memory. It can sign, say its public half, and be written as PEM into a
 * {@link SecretBuffer}. Thread-safe; {@link #close} waits for signatures under way.
 */
public final class NativeKey implements AutoCloseable {
  /** Algorithms and sizes. */
  public enum Kind {
    EC_P256(256),
    RSA_2048(2048),
    RSA_3072(3072),
    RSA_4096(4096);

    private final int bits;

    Kind(int bits) {
      this.bits = bits;
    }

    /** Whether it is an RSA key. */
    public boolean isRsa() {
      return this != EC_P256;
    }
  }

  /** Ways to sign. ECDSA signatures are in DER form, PSS salts are as long as the digest. */
  public enum Scheme {
    ECDSA_SHA256(Digest.SHA256, false, false),
    ECDSA_SHA384(Digest.SHA384, false, false),
    ECDSA_SHA512(Digest.SHA512, false, false),
    RSA_PKCS1_SHA256(Digest.SHA256, true, false),
    RSA_PKCS1_SHA384(Digest.SHA384, true, false),
    RSA_PKCS1_SHA512(Digest.SHA512, true, false),
    RSA_PSS_SHA256(Digest.SHA256, true, true),
    RSA_PSS_SHA384(Digest.SHA384, true, true),
    RSA_PSS_SHA512(Digest.SHA512, true, true);

    private final Digest digest;
    private final boolean rsa;
    private final boolean pss;

    Scheme(Digest digest, boolean rsa, boolean pss) {
      this.digest = digest;
      this.rsa = rsa;
      this.pss = pss;
    }

    Digest digest() {
      return digest;
    }

    boolean pss() {
      return pss;
    }
  }

  /** What is signed. */
  enum Digest {
    SHA256,
    SHA384,
    SHA512
  }

  /**
   * Copies of RSA keys at one time: each signature works on its own copy (see {@link #sign}), and
   * the heap they lie in is bounded.
   */
  private static final Semaphore RSA_COPIES = new Semaphore(16);

  /** SubjectPublicKeyInfo up to and including the 04 of an uncompressed point on P-256. */
  private static final byte[] P256_PREFIX =
      HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

  private final Kind kind;
  private final byte[] publicKeyDer;

  /** See {@link #signWithCopy}. */
  private final boolean signsByCopy;

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** EVP_PKEY pointer; NULL after close. */
  @GuardedBy("lock")
  private MemorySegment key;

  private NativeKey(MemorySegment key, Kind kind, byte[] publicKeyDer, boolean signsByCopy) {
    this.signsByCopy = signsByCopy;
    this.key = key;
    this.kind = kind;
    this.publicKeyDer = publicKeyDer;
  }

  /** Whether this system has what native keys need (OpenSSL 3 as libcrypto.so.3). */
  public static boolean available() {
    return CryptoLibraryFile.present();
  }

  /** How well the memory that holds native keys is kept. */
  public static SecretArena.Kind memoryKind() {
    return LibCrypto.heapKind();
  }

  /** Makes a fresh key. */
  public static NativeKey generate(Kind kind) {
    return kind.isRsa()
        ? own(LibCrypto.generateRsa(kind.bits), true)
        : own(LibCrypto.generateEc("P-256"), false);
  }

  /**
   * A key from DER bytes (PKCS#8, or SEC 1 or PKCS#1), which should lie in a {@link SecretBuffer}.
   *
   * @throws KeyFormatException if it is no private key or of a kind jtsh does not use
   */
  public static NativeKey fromPkcs8Der(MemorySegment der) {
    return switch (PrivateKeyDer.parse(der)) {
      case PrivateKeyDer.P256(MemorySegment scalar) ->
          own(LibCryptoImport.p256(scalar, SecretArena.process()), false);
      case PrivateKeyDer.Rsa(MemorySegment pkcs1) -> own(LibCryptoImport.rsa(pkcs1), false);
    };
  }

  /**
   * A key from the first private key block of PEM text, which should lie in a {@link SecretBuffer}.
   *
   * @throws KeyFormatException if there is none, if it is encrypted, or of a kind jtsh does not use
   */
  public static NativeKey fromPem(MemorySegment pem) {
    try (SecretBuffer der = PemArmour.decodePrivateKey(pem, SecretArena.process())) {
      return fromPkcs8Der(der.segment());
    }
  }

  /** Algorithm and size. */
  public Kind kind() {
    return kind;
  }

  /** The public half as X.509 SubjectPublicKeyInfo. */
  public byte[] publicKeyDer() {
    return publicKeyDer.clone();
  }

  /**
   * Signs a message (which libcrypto hashes).
   *
   * @throws IllegalArgumentException if the scheme is not for this key's algorithm
   * @throws IllegalStateException if the key is closed
   */
  public byte[] sign(Scheme scheme, byte[] message) {
    if (scheme.rsa != kind.isRsa()) {
      throw new IllegalArgumentException(scheme + " is not for a key of kind " + kind);
    }
    lock.readLock().lock();
    try {
      requireOpen();
      return signsByCopy ? signWithCopy(scheme, message) : LibCrypto.sign(key, scheme, message);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The key as PKCS#8 PEM, made in the arena byte by byte. The caller closes it. */
  public SecretBuffer privateKeyPem() {
    lock.readLock().lock();
    try {
      requireOpen();
      SecretArena arena = SecretArena.process();
      try (SecretBuffer der = Pkcs8.encode(key, kind, publicKeyDer, arena)) {
        return PemArmour.encodePrivateKey(der.segment(), arena);
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Wipes the key. Closing twice does nothing. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (key.address() != 0) {
        LibCrypto.free(key);
        key = MemorySegment.NULL;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * libcrypto caches the primes of a generated RSA key in ordinary memory when it signs, for the
   * life of the key. A copy per signature takes that cache along when it is freed and cleansed.
   */
  @GuardedBy("lock")
  private byte[] signWithCopy(Scheme scheme, byte[] message) {
    RSA_COPIES.acquireUninterruptibly();
    try {
      MemorySegment copy = LibCrypto.duplicate(key);
      try {
        return LibCrypto.sign(copy, scheme, message);
      } finally {
        LibCrypto.free(copy);
      }
    } finally {
      RSA_COPIES.release();
    }
  }

  @GuardedBy("lock")
  private void requireOpen() {
    if (key.address() == 0) {
      throw new IllegalStateException("the key is closed");
    }
  }

  /** Takes ownership of an EVP_PKEY, also when it is refused. */
  private static NativeKey own(MemorySegment key, boolean signsByCopy) {
    try {
      byte[] publicKeyDer = LibCrypto.publicKeyDer(key);
      return new NativeKey(key, kindOf(key, publicKeyDer), publicKeyDer, signsByCopy);
    } catch (RuntimeException e) {
      LibCrypto.free(key);
      throw e;
    }
  }

  private static Kind kindOf(MemorySegment key, byte[] publicKeyDer) {
    if (LibCrypto.isA(key, "RSA")) {
      int bits = LibCrypto.bits(key);
      for (Kind kind : Kind.values()) {
        if (kind.isRsa() && kind.bits == bits) {
          return kind;
        }
      }
      throw new KeyFormatException("RSA keys of " + bits + " bits are not used: 2048, 3072, 4096");
    }
    int prefix = P256_PREFIX.length;
    if (publicKeyDer.length > prefix
        && Arrays.equals(publicKeyDer, 0, prefix, P256_PREFIX, 0, prefix)) {
      return Kind.EC_P256;
    }
    throw new KeyFormatException("only P-256 and RSA keys are used");
  }
}
