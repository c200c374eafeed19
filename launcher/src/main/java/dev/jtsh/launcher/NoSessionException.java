// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;

/** There is no session to join; the message says why. */
final class NoSessionException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient SafeText reason;
  private final transient SafeText hint;

  NoSessionException(SafeText reason, SafeText hint) {
    super(reason.toString());
    this.reason = reason;
    this.hint = hint;
  }

  SafeText reason() {
    return reason;
  }

  SafeText hint() {
    return hint;
  }
}
