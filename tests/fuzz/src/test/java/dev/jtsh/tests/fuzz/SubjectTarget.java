// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.UserIdentity;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The subject of a certificate. What is understood must mean the same after it was written again:
 * else two programs see two users in one certificate.
 */
public final class SubjectTarget {
  /** L, STREET, POSTALCODE, O, OU, CN and the wire reference's own arcs. */
  private static final List<String> STANDARD =
      List.of("2.5.4.7", "2.5.4.9", "2.5.4.17", "2.5.4.10", "2.5.4.11", "2.5.4.3");

  private static final int PRINTABLE = 0x13;
  private static final int UTF8 = 0x0c;

  private SubjectTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    byte[] subject = data.consumeBoolean() ? structured(data) : data.consumeRemainingAsBytes();
    X509Certificate certificate;
    try {
      certificate = Pem.fromDer(DerCertificate.withSubject(subject));
    } catch (PkiException e) {
      return;
    }
    check(certificate);
  }

  private static void check(X509Certificate certificate) {
    try {
      HostIdentity.of(certificate);
    } catch (PkiException expected) {
      // Not a host's.
    }
    UserIdentity identity;
    try {
      identity = UserIdentity.of(certificate);
    } catch (PkiException e) {
      return;
    }
    byte[] again = identity.subject();
    UserIdentity second = UserIdentity.of(Pem.fromDer(DerCertificate.withSubject(again)));
    if (!sorted(identity).equals(sorted(second))) {
      throw new AssertionError("read " + identity + ", written and read again " + second);
    }
  }

  /** Values that share an RDN are a set in DER: their order carries nothing and is not kept. */
  private static UserIdentity sorted(UserIdentity identity) {
    return new UserIdentity(
        identity.username(),
        identity.roles().stream().sorted().toList(),
        identity.usage().stream().sorted().toList(),
        identity.principals().stream().sorted().toList(),
        identity.routeToCluster(),
        identity.traits(),
        identity.attributes());
  }

  private static byte[] structured(FuzzedDataProvider data) {
    byte[] rdns = {};
    int count = data.consumeInt(0, 12);
    for (int i = 0; i < count && data.remainingBytes() > 0; i++) {
      String oid =
          data.consumeBoolean()
              ? data.pickValue(STANDARD)
              : "1.3.9999." + data.consumeInt(1, 100) + "." + data.consumeInt(1, 24);
      int tag = data.consumeBoolean() ? UTF8 : PRINTABLE;
      byte[] text = data.consumeBytes(data.consumeInt(0, 40));
      byte[] attribute =
          Der.sequence(Der.concatenated(Der.objectIdentifier(oid), Der.element(tag, text)));
      rdns = Der.concatenated(rdns, Der.set(attribute));
    }
    return Der.sequence(rdns);
  }
}
