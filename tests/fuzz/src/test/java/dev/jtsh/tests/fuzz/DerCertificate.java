// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import static dev.jtsh.tests.fuzz.Der.concatenated;
import static dev.jtsh.tests.fuzz.Der.element;
import static dev.jtsh.tests.fuzz.Der.objectIdentifier;
import static dev.jtsh.tests.fuzz.Der.sequence;
import static dev.jtsh.tests.fuzz.Der.set;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;

/**
 * A certificate (RFC 5280 §4.1) around any subject. Its signature is nonsense: reading a subject
 * checks none, and making one for each input would leave no time to fuzz.
 */
final class DerCertificate {
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int UTC_TIME = 0x17;
  private static final int PRINTABLE = 0x13;
  private static final int VERSION = 0xa0;
  private static final byte[] V3 = {2};
  private static final byte[] ONE = {1};

  private static final byte[] ED25519 = sequence(objectIdentifier("1.3.101.112"));
  private static final byte[] ISSUER =
      sequence(
          set(
              sequence(
                  concatenated(
                      objectIdentifier("2.5.4.3"), element(PRINTABLE, "ca".getBytes(US_ASCII))))));
  private static final byte[] KEY = publicKey();

  private DerCertificate() {}

  static byte[] withSubject(byte[] subject) {
    byte[] time = element(UTC_TIME, "261121000000Z".getBytes(US_ASCII));
    byte[] signed =
        sequence(
            concatenated(
                element(VERSION, element(INTEGER, V3)),
                element(INTEGER, ONE),
                ED25519,
                ISSUER,
                sequence(concatenated(time, time)),
                subject,
                KEY));
    return sequence(concatenated(signed, ED25519, element(BIT_STRING, new byte[65])));
  }

  private static byte[] publicKey() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has Ed25519", e);
    }
  }
}
