// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.PkiException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

/**
 * A key and the certificates to present with it.
 *
 * @param key the private key; its owner closes it
 * @param chain the leaf, then its intermediates, if any; not the root
 */
public record TlsIdentity(HeldKey key, List<X509Certificate> chain) {
  /**
   * Copies and checks.
   *
   * @throws PkiException if there is no certificate or the leaf belongs to another key
   */
  public TlsIdentity {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new PkiException("a TLS identity needs a certificate");
    }
    if (!Arrays.equals(
        chain.getFirst().getPublicKey().getEncoded(), key.publicKey().getEncoded())) {
      throw new PkiException("the certificate belongs to another key");
    }
  }

  /** A key with its only certificate. */
  public static TlsIdentity of(HeldKey key, X509Certificate leaf) {
    return new TlsIdentity(key, List.of(leaf));
  }

  /** The certificate of the key. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }
}
