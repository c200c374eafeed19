// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import dev.jtsh.pki.PkiException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom to believe. Keep the anchors of hosts and of users apart: a user must not pass for a host.
 *
 * @param certificates authorities; may be empty, then nobody is believed
 */
public record TrustAnchors(List<X509Certificate> certificates) {
  /** Believes nobody; for servers that ask for no client certificate. */
  public static final TrustAnchors NONE = new TrustAnchors(List.of());

  /** Copies. */
  public TrustAnchors {
    certificates = List.copyOf(certificates);
  }

  /** Believes these only. */
  public static TrustAnchors of(X509Certificate... certificates) {
    return new TrustAnchors(List.of(certificates));
  }

  /** Believes whom this Java believes: the public authorities. */
  public static TrustAnchors system() {
    return new TrustAnchors(List.of(x509(null).getAcceptedIssuers()));
  }

  /** Believes these and those. */
  public TrustAnchors plus(TrustAnchors others) {
    List<X509Certificate> all = new ArrayList<>(certificates);
    all.addAll(others.certificates);
    return new TrustAnchors(all);
  }

  /**
   * Checks one leaf that did not come with a handshake: signed by one of these, valid now, and no
   * authority itself.
   *
   * @throws PkiException if not; the message says which
   */
  public void verifyLeaf(X509Certificate leaf, Instant now) {
    if (leaf.getBasicConstraints() >= 0) {
      throw new PkiException("an authority's certificate is used as a leaf");
    }
    if (now.isBefore(leaf.getNotBefore().toInstant())) {
      throw new PkiException("the certificate is not valid yet");
    }
    if (now.isAfter(leaf.getNotAfter().toInstant())) {
      throw new PkiException("the certificate has expired");
    }
    for (X509Certificate anchor : certificates) {
      if (isSignedBy(leaf, anchor)) {
        return;
      }
    }
    throw new PkiException("the certificate is not signed by a trusted authority");
  }

  private static boolean isSignedBy(X509Certificate leaf, X509Certificate anchor) {
    if (!leaf.getIssuerX500Principal().equals(anchor.getSubjectX500Principal())
        || anchor.getBasicConstraints() < 0) {
      return false;
    }
    try {
      leaf.verify(anchor.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false; // Another authority of the same name may have signed it.
    }
  }

  /** The checks of Java's own TLS over these anchors. */
  X509TrustManager trustManager() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < certificates.size(); i++) {
        store.setCertificateEntry("anchor-" + i, certificates.get(i));
      }
      return x509(store);
    } catch (GeneralSecurityException | java.io.IOException e) {
      throw new IllegalStateException("a key store in memory does not fail", e);
    }
  }

  private static X509TrustManager x509(@Nullable KeyStore store) {
    try {
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager x509) {
          return x509;
        }
      }
      throw new IllegalStateException("this Java has no X.509 trust manager");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no PKIX trust manager", e);
    }
  }
}
