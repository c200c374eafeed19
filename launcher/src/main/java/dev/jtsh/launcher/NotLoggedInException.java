// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;

/** This machine holds no login that is valid now for the proxy and user of the settings. */
final class NotLoggedInException extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean expired;

  private NotLoggedInException(boolean expired) {
    super(reason(expired).toString());
    this.expired = expired;
  }

  static NotLoggedInException none() {
    return new NotLoggedInException(false);
  }

  static NotLoggedInException expired() {
    return new NotLoggedInException(true);
  }

  /** In tsh's words, which scripts look for. */
  SafeText reason() {
    return reason(expired);
  }

  private static SafeText reason(boolean expired) {
    return expired
        ? SafeText.literal("Active profile expired.")
        : SafeText.literal("Not logged in.");
  }
}
