// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A private key in libcrypto's secure heap, never in the Java heap. A P-256 key is in no other
 * memory at all, also while it signs; libcrypto has the primes of an RSA key in ordinary memory
 * during a signature and cleanses them after it. The key can sign, say its public half, and be
 * written as PEM into a {@link SecretBuffer}. Thread-safe; {@link #close} waits for signatures
 * under way.
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

    int bits() {
      return bits;
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
    SHA256("SHA-256"),
    SHA384("SHA-384"),
    SHA512("SHA-512");

    private final String jcaName;

    Digest(String jcaName) {
      this.jcaName = jcaName;
    }

    String jcaName() {
      return jcaName;
    }
  }

  /** For {@link ProcessSecrets#wipe}. */
  private static final Set<NativeKey> OPEN = ConcurrentHashMap.newKeySet();

  private static volatile boolean ended;

  private final Kind kind;
  private final byte[] publicKeyDer;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Used under the read lock, freed under the write lock. */
  private final KeyHandle handle;

  @GuardedBy("lock")
  private boolean closed;

  private NativeKey(KeyHandle handle) {
    this.handle = handle;
    this.kind = handle.kind();
    this.publicKeyDer = handle.publicKeyDer();
    OPEN.add(this);
    if (ended) {
      close();
      throw new IllegalStateException("the process is ending");
    }
  }

  /** Closes all there are; later ones are closed as they are made. */
  static void closeAll() {
    ended = true;
    OPEN.forEach(NativeKey::close);
  }

  /** Whether this system has what native keys need (OpenSSL 3 as libcrypto.so.3). */
  public static boolean available() {
    return CryptoLibraryFile.present();
  }

  /** How well the memory that holds native keys is kept. */
  public static SecretArena.Kind memoryKind() {
    return memoryState().kind();
  }

  /** The account of the heap that holds native keys; it does not grow. */
  public static SecretMemoryState memoryState() {
    return LibCrypto.heapState();
  }

  /** Makes a fresh key. */
  public static NativeKey generate(Kind kind) {
    return new NativeKey(KeyHandle.generate(kind));
  }

  /**
   * A key from DER bytes (PKCS#8, or SEC 1 or PKCS#1), which should lie in a {@link SecretBuffer}.
   *
   * @throws KeyFormatException if it is no private key or of a kind jtsh does not use
   */
  public static NativeKey fromPkcs8Der(MemorySegment der) {
    return new NativeKey(KeyHandle.read(der));
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
   * Signs a message (not its digest).
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
      return handle.sign(scheme, message);
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
      try (SecretBuffer der = handle.pkcs8(arena)) {
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
      if (!closed) {
        closed = true;
        OPEN.remove(this);
        handle.free();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  @GuardedBy("lock")
  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the key is closed");
    }
  }
}
