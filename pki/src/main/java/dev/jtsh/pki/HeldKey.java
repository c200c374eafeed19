// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/**
 * A private key that can sign but cannot be read. Safe for use by many threads; {@link #close}
 * frees the private half, after which signing fails.
 */
public final class HeldKey implements AutoCloseable {
  private final KeyBacking backing;
  private final KeyKind kind;
  private final PrivateKey privateKey;

  private HeldKey(KeyBacking backing) {
    this.backing = backing;
    this.kind = kindOf(backing.publicKey());
    this.privateKey = OpaqueKeyProvider.opaque(this);
  }

  /** Makes a new key. */
  public static HeldKey generate(KeyKind kind) {
    return new HeldKey(JdkKeyBacking.generate(kind));
  }

  /**
   * Reads a private key from a PEM file: PKCS#8, SEC1 (EC PRIVATE KEY) or PKCS#1 (RSA PRIVATE KEY),
   * not encrypted.
   *
   * @throws IOException if the file cannot be read
   * @throws PkiException if it holds no such key
   */
  public static HeldKey loadPem(Path file) throws IOException {
    return new HeldKey(JdkKeyBacking.load(file));
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
    return backing.sign(scheme, message);
  }

  /** As {@link #sign(SignatureScheme, byte[])}, with a name like {@code SHA256withECDSA}. */
  public byte[] sign(String jcaAlgorithm, byte[] message) {
    return sign(SignatureScheme.named(jcaAlgorithm), message);
  }

  @Override
  public void close() {
    backing.close();
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
