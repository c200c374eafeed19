// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

/** Whether a TLS server asks its clients for a certificate. */
public enum ClientAuthentication {
  /** Does not ask. */
  NONE,
  /** Asks; a client without one is nobody, a client with a wrong one is refused. */
  OPTIONAL,
  /** Asks; a client without one is refused. */
  REQUIRED
}
