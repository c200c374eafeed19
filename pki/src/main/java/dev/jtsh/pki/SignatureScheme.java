// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.util.Locale;

/** How a {@link HeldKey} signs. PSS salts are as long as the hash. */
public enum SignatureScheme {
  /** ECDSA with SHA-256, a DER sequence of two integers. */
  ECDSA_SHA256("SHA256withECDSA", KeyKind.P256),
  /** ECDSA with SHA-384, for TLS 1.2 peers that ask for it. */
  ECDSA_SHA384("SHA384withECDSA", KeyKind.P256),
  /** ECDSA with SHA-512, for TLS 1.2 peers that ask for it. */
  ECDSA_SHA512("SHA512withECDSA", KeyKind.P256),
  /** RSA PKCS#1 v1.5 with SHA-256. */
  RSA_PKCS1_SHA256("SHA256withRSA", KeyKind.RSA2048),
  /** RSA PKCS#1 v1.5 with SHA-384. */
  RSA_PKCS1_SHA384("SHA384withRSA", KeyKind.RSA2048),
  /** RSA PKCS#1 v1.5 with SHA-512. */
  RSA_PKCS1_SHA512("SHA512withRSA", KeyKind.RSA2048),
  /** RSA-PSS with SHA-256. */
  RSA_PSS_SHA256("SHA256withRSAandMGF1", KeyKind.RSA2048),
  /** RSA-PSS with SHA-384. */
  RSA_PSS_SHA384("SHA384withRSAandMGF1", KeyKind.RSA2048),
  /** RSA-PSS with SHA-512. */
  RSA_PSS_SHA512("SHA512withRSAandMGF1", KeyKind.RSA2048);

  private final String jcaName;
  private final KeyKind kind;

  SignatureScheme(String jcaName, KeyKind kind) {
    this.jcaName = jcaName;
    this.kind = kind;
  }

  /** The name Java's security providers use for it. */
  public String jcaName() {
    return jcaName;
  }

  /** The kind of key it needs. */
  public KeyKind kind() {
    return kind;
  }

  /**
   * The scheme of that name, in any case.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static SignatureScheme named(String jcaName) {
    for (SignatureScheme scheme : values()) {
      if (scheme.jcaName.toUpperCase(Locale.ROOT).equals(jcaName.toUpperCase(Locale.ROOT))) {
        return scheme;
      }
    }
    throw new IllegalArgumentException("no signature scheme " + jcaName);
  }
}
