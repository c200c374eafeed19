// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

/**
 * A key, certificate or line from outside is not what it should be. The message says which and why
 * and never holds key material.
 */
public final class PkiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public PkiException(String message) {
    super(message);
  }

  /** Makes one with its cause. */
  public PkiException(String message, Throwable cause) {
    super(message, cause);
  }
}
