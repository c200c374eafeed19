// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import java.util.Map;

/**
 * What happened at the local port since it was opened.
 *
 * @param ownersChecked whether the kernel tells whose a connection is; if not, mutual TLS is the
 *     only lock
 * @param connections open now
 * @param handshakes of those, not proven yet
 * @param refused closed before a byte was read, for each reason that occurred
 */
public record DoorReport(
    boolean ownersChecked, int connections, int handshakes, Map<Refusal, Long> refused) {
  /** Copies. */
  public DoorReport {
    refused = Map.copyOf(refused);
  }

  /** Why a connection was closed before a byte was read. */
  public enum Refusal {
    /** Made by another user. */
    OTHER_USER,
    /** Made by root, and the door for root is closed. */
    ROOT,
    /** Closed or half closed already, so that nobody owns it any more. */
    GONE,
    /** The kernel did not say whose it is. */
    UNKNOWN_OWNER,
    /** Too many connections. */
    TOO_MANY,
    /** Too many that have not shown a certificate. */
    TOO_MANY_HANDSHAKES
  }
}
