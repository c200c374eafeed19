// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

/** The two kinds of key jtsh makes. */
public enum KeyKind {
  /** ECDSA on NIST P-256; the default. */
  P256,
  /** RSA with 2048 bits (read from a file: or more); what older peers of the protocol expect. */
  RSA2048
}
