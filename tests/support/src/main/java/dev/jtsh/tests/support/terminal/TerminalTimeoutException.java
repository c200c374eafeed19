// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.terminal;

import java.io.Serial;

/** What was waited for did not come in time; the message holds the screen as it was then. */
public final class TerminalTimeoutException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  TerminalTimeoutException(String message) {
    super(message);
  }
}
