// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A user whose certificate the proxy passed on, with the user CA's signature checked by us.
 *
 * @param leaf the certificate
 * @param identity what it says
 */
record ForwardedUser(X509Certificate leaf, UserIdentity identity) {

  /** Checks signatures, and remembers which certificates it has checked. Thread-safe. */
  static final class Verifier {
    private static final int REMEMBERED_MAX = 2_000;
    private static final int ENCODED_MAX = 64 * 1024;

    private final TrustAnchors anchors;
    private final Map<String, ForwardedUser> checked =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, ForwardedUser> eldest) {
            return size() > REMEMBERED_MAX;
          }
        };

    Verifier(TrustAnchors anchors) {
      this.anchors = anchors;
    }

    /**
     * The user of a certificate.
     *
     * @param encoded DER in base64
     * @throws PkiException if it is no user certificate of the user CA, valid now
     */
    ForwardedUser verify(String encoded, Instant now) {
      synchronized (checked) {
        ForwardedUser known = checked.get(encoded);
        if (known != null) {
          return known; // Its dates are checked at each request, by UserCheck.
        }
      }
      if (encoded.length() > ENCODED_MAX) {
        throw new PkiException("the forwarded certificate is too long");
      }
      X509Certificate leaf;
      try {
        leaf = Pem.fromDer(Base64.getDecoder().decode(encoded));
      } catch (IllegalArgumentException e) {
        throw new PkiException("the forwarded certificate is not base64", e);
      }
      anchors.verifyLeaf(leaf, now);
      ForwardedUser user = new ForwardedUser(leaf, UserIdentity.of(leaf));
      synchronized (checked) {
        checked.put(encoded, user);
      }
      return user;
    }
  }
}
