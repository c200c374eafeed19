// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.client.ClientException;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;

/** How fetching the Kubernetes certificates of an approved session ended. */
public sealed interface ActivationOutcome {
  /** At least one cluster has its certificate; the others follow or fail. */
  record Active(ActiveSession session) implements ActivationOutcome {}

  /**
   * Approved, but of no use.
   *
   * @param kind chooses the exit code
   * @param message one line for the user
   * @param hint what to do; may be empty
   */
  record Failed(ErrorKind kind, SafeText message, SafeText hint) implements ActivationOutcome {
    static Failed of(ClientException cause) {
      return new Failed(cause.kind(), cause.safeMessage(), cause.hint());
    }
  }
}
