// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.pki.Fingerprint;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.UserIdentity;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;

/** Who is at the other end of a connection, by its certificate. */
sealed interface Caller {

  /** The address the call comes from, seen by the proxy. */
  InetSocketAddress remote();

  /** Showed no certificate. */
  record Anonymous(InetSocketAddress remote) implements Caller {}

  /** Signed by the user authority. */
  record User(UserIdentity identity, X509Certificate certificate, InetSocketAddress remote)
      implements Caller {

    /** Names the session: one login has one key. */
    String session() {
      return Fingerprint.sha256(certificate.getPublicKey());
    }

    /** Whether this is the one-minute certificate of a headless login. */
    boolean isHeadless() {
      return identity.headlessRequestId().isPresent();
    }
  }

  /** Signed by the host authority. */
  record Host(HostIdentity identity, X509Certificate certificate, InetSocketAddress remote)
      implements Caller {}

  /** Showed a certificate that auth does not take; each call is answered with the reason. */
  record Refused(String reason, InetSocketAddress remote) implements Caller {}
}
