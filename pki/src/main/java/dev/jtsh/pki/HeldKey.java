// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import dev.jtsh.nativebindings.NativeKey;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/**
 * A private key that can sign but cannot be read. It lives in libcrypto's memory outside the Java
 * heap; where libcrypto 3 is missing, in the Java heap ({@link #isNative} tells). Safe for use by
 * many threads; {@link #close} frees the private half, after which signing fails. A key that is
 * forgotten without being closed is freed when the garbage collector finds out.
 */
public final class HeldKey implements AutoCloseable {
  private static final int MAX_PEM_BYTES = 32 * 1024;
  private static final Cleaner FORGOTTEN = Cleaner.create();
  private final KeyBacking backing;
  private final KeyKind kind;
  private final PrivateKey privateKey;
  private final Cleaner.Cleanable cleanable;

  /** Takes the backing over. */
  HeldKey(KeyBacking backing) {
    this.backing = backing;
    this.cleanable = FORGOTTEN.register(this, backing::close);
    this.kind = kindOf(backing.publicKey());
    this.privateKey = OpaqueKeyProvider.opaque(this);
  }

  /** Makes a new key. */
  public static HeldKey generate(KeyKind kind) {
    return NativeKey.available()
        ? new HeldKey(NativeKeyBacking.generate(kind))
        : generateInHeap(kind);
  }

  /** A new key in the Java heap, as where libcrypto 3 is missing. */
  static HeldKey generateInHeap(KeyKind kind) {
    return new HeldKey(JdkKeyBacking.generate(kind));
  }

  /**
   * Reads a private key from a PEM file: PKCS#8, SEC1 (EC PRIVATE KEY) or PKCS#1 (RSA PRIVATE KEY),
   * not encrypted. The file's bytes go straight into the secret arena.
   *
   * @throws IOException if the file cannot be read
   * @throws PkiException if it holds no such key
   */
  public static HeldKey loadPem(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size == 0 || size > MAX_PEM_BYTES) {
        throw new PkiException("the key file " + file + " is empty or larger than 32 KiB");
      }
      try (SecretBuffer pem = SecretArena.process().allocate((int) size)) {
        ByteBuffer into = pem.segment().asByteBuffer();
        while (into.hasRemaining()) {
          if (channel.read(into) < 0) {
            throw new EOFException("the key file " + file + " got shorter while it was read");
          }
        }
        try {
          return fromPem(pem.segment());
        } catch (PkiException e) {
          throw new PkiException("the key file " + file + ": " + e.getMessage(), e);
        }
      }
    }
  }

  /**
   * A private key from PEM text, which should lie in a {@link SecretBuffer}; forms as for {@link
   * #loadPem}. The caller wipes the text.
   *
   * @throws PkiException if it holds no such key
   */
  public static HeldKey fromPem(MemorySegment pem) {
    return parse(pem, NativeKey.available());
  }

  /** As {@link #fromPem}, with the place chosen. */
  static HeldKey parse(MemorySegment pem, boolean nativeKey) {
    if (pem.byteSize() > MAX_PEM_BYTES) {
      throw new PkiException("the key text is larger than 32 KiB");
    }
    try {
      return new HeldKey(nativeKey ? NativeKeyBacking.parse(pem) : JdkKeyBacking.parse(pem));
    } catch (IllegalArgumentException e) {
      throw new PkiException(
          "no usable private key: one P-256 or RSA key of 2048, 3072 or 4096 bits is expected,"
              + " not encrypted",
          e);
    }
  }

  /** Which kind of key it is. */
  public KeyKind kind() {
    return kind;
  }

  /** The public half, usable with every provider. */
  public PublicKey publicKey() {
    return backing.publicKey();
  }

  /**
   * A handle for Java's own interfaces: {@code getEncoded()} and {@code getFormat()} are null, and
   * only our provider can sign with it.
   */
  public PrivateKey privateKey() {
    return privateKey;
  }

  /**
   * Signs the message (not its hash).
   *
   * @throws IllegalArgumentException if the scheme does not fit the kind of key
   * @throws IllegalStateException if the key is closed
   */
  public byte[] sign(SignatureScheme scheme, byte[] message) {
    if (scheme.kind() != kind) {
      throw new IllegalArgumentException("a " + kind + " key cannot sign with " + scheme);
    }
    try {
      return backing.sign(scheme, message);
    } finally {
      Reference.reachabilityFence(this); // Not forgotten while it works.
    }
  }

  /** As {@link #sign(SignatureScheme, byte[])}, with a name like {@code SHA256withECDSA}. */
  public byte[] sign(String jcaAlgorithm, byte[] message) {
    return sign(SignatureScheme.named(jcaAlgorithm), message);
  }

  /** The key as PKCS#8 PEM text in the secret arena; the caller closes it. */
  public SecretBuffer privateKeyPem() {
    try {
      return backing.privateKeyPem();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Whether the key lies outside the Java heap. */
  public boolean isNative() {
    return switch (backing) {
      case NativeKeyBacking key -> true;
      case JdkKeyBacking key -> false;
    };
  }

  @Override
  public void close() {
    cleanable.clean();
  }

  private static KeyKind kindOf(PublicKey key) {
    if (key instanceof ECPublicKey ec && ec.getParams().getOrder().bitLength() == 256) {
      return KeyKind.P256;
    }
    if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= 2048) {
      return KeyKind.RSA2048;
    }
    throw new PkiException("only P-256 and RSA keys of 2048 bits and more are supported");
  }
}
