// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import dev.jtsh.pki.HeldChain;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.PkiException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * A key and the certificates to present with it. Two identities are equal only if they are the same
 * object.
 */
public final class TlsIdentity implements AutoCloseable {
  private final HeldKey key;
  private final Supplier<List<X509Certificate>> chain;
  private final Runnable wipeChain;

  private TlsIdentity(HeldKey key, Supplier<List<X509Certificate>> chain, Runnable wipeChain) {
    this.key = key;
    this.chain = chain;
    this.wipeChain = wipeChain;
  }

  /**
   * An identity whose certificates lie in the Java heap, as a server's may.
   *
   * @param key the private key
   * @param chain the leaf, then its intermediates, if any; not the root
   * @throws PkiException if there is no certificate or the leaf belongs to another key
   */
  public TlsIdentity(HeldKey key, List<X509Certificate> chain) {
    check(key, chain);
    List<X509Certificate> copy = List.copyOf(chain);
    this(key, () -> copy, () -> {});
  }

  /** A key with its only certificate. */
  public static TlsIdentity of(HeldKey key, X509Certificate leaf) {
    return new TlsIdentity(key, List.of(leaf));
  }

  /**
   * An identity whose certificates are kept in the secret arena and read from there each time a TLS
   * context is made; what the TLS engine parses of them is public.
   *
   * @throws PkiException as for the constructor
   */
  public static TlsIdentity held(HeldKey key, List<X509Certificate> chain) {
    check(key, chain);
    HeldChain held = HeldChain.of(chain);
    return new TlsIdentity(key, held::certificates, held::close);
  }

  private static void check(HeldKey key, List<X509Certificate> chain) {
    if (chain.isEmpty()) {
      throw new PkiException("a TLS identity needs a certificate");
    }
    if (!Arrays.equals(
        chain.getFirst().getPublicKey().getEncoded(), key.publicKey().getEncoded())) {
      throw new PkiException("the certificate belongs to another key");
    }
  }

  /** The private key. */
  public HeldKey key() {
    return key;
  }

  /**
   * The leaf, then its intermediates, if any.
   *
   * @throws IllegalStateException if a held identity is closed
   */
  public List<X509Certificate> chain() {
    return chain.get();
  }

  /** The certificate of the key. */
  public X509Certificate leaf() {
    return chain().getFirst();
  }

  /** Wipes the key, and the certificates where they are held. */
  @Override
  public void close() {
    key.close();
    wipeChain.run();
  }
}
