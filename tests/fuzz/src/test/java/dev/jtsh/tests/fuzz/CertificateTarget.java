// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.UserIdentity;
import java.security.cert.X509Certificate;

/** A whole certificate as a peer may send it. */
public final class CertificateTarget {
  private CertificateTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] der) {
    X509Certificate certificate;
    try {
      certificate = Pem.fromDer(der);
    } catch (PkiException e) {
      return;
    }
    try {
      UserIdentity.of(certificate);
    } catch (PkiException expected) {
      // Not a user's.
    }
    try {
      HostIdentity.of(certificate);
    } catch (PkiException expected) {
      // Not a host's.
    }
  }
}
