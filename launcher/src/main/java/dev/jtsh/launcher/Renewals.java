// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.headless.ActiveSession;
import dev.jtsh.headless.HeadlessRequest;
import java.util.Optional;

/** Gets the next session of the same user on the same clusters. */
@FunctionalInterface
interface Renewals {
  /**
   * Asks for an approval. Blocks until the decision.
   *
   * @param previous the session to go on with; it may have ended, and is not closed
   */
  ApprovalRequests.Result renew(ActiveSession previous, ApprovalRequests.Voice voice)
      throws ClientException;

  /** By new requests like the first, for the clusters the session has. */
  static Renewals by(ApprovalRequests requests, HeadlessRequest first) {
    return (previous, voice) ->
        requests.ask(
            new HeadlessRequest(
                first.user(),
                previous.kubeClusters(),
                java.util.Map.of(),
                "",
                false,
                first.namespace(),
                first.duration(),
                first.host(),
                first.osUser()),
            Optional.of(previous),
            voice);
  }
}
