// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import java.io.IOException;

/** The way to the session around this shell. */
@FunctionalInterface
public interface SessionVoice {
  /**
   * Asks it.
   *
   * @throws IOException when it cannot be reached or does not answer; the message says why
   */
  SessionSelf ask() throws IOException;
}
