// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

/** A message that must not go on: malformed, ambiguous, or more than allowed. */
final class BadMessageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadMessageException(String what) {
    super(what, null, false, false);
  }
}
