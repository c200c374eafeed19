// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.SshCertificate;
import dev.jtsh.pki.SshPublicKey;
import java.security.PublicKey;
import java.util.Base64;

/** An SSH public key or certificate: the whole line, or only what is inside its base64. */
public final class SshKeyTarget {
  private static final byte[] SPACE = {' '};

  private SshKeyTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    check(input);
    if (input.length > 4) {
      check(lineOf(input));
    }
  }

  private static void check(byte[] line) {
    try {
      SshCertificate.parse(line);
    } catch (PkiException expected) {
      // Not a certificate.
    }
    PublicKey key;
    try {
      key = SshPublicKey.parse(line);
    } catch (PkiException e) {
      return;
    }
    if (!SshPublicKey.parse(SshPublicKey.authorizedKeysLine(key)).equals(key)) {
      throw new AssertionError("another key after it was written and read again");
    }
  }

  /** The line whose type is the first text of the blob, as the readers want it. */
  private static byte[] lineOf(byte[] blob) {
    int length = Math.min(blob[3] & 0xff, blob.length - 4);
    byte[] type = new byte[length];
    System.arraycopy(blob, 4, type, 0, length);
    return Der.concatenated(type, SPACE, Base64.getEncoder().encode(blob));
  }
}
