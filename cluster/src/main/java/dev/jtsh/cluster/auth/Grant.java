// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import java.time.Instant;
import java.util.List;

/**
 * What an approval allowed, and nothing else: every certificate that follows from it is checked
 * against this (security rule 1).
 *
 * @param requestId the headless request
 * @param user who approved, for whom certificates are
 * @param keyFingerprint the only key that may ask: the login certificate's
 * @param kubeClusters the clusters that were shown
 * @param namespaces the namespaces that were shown; empty for no limit
 * @param notAfter the end of everything, fixed at the approval
 * @param servedUntil the end of certificates for new requests; after it a new approval is needed
 * @param deviceId the security key that approved
 * @param requesterIp where the request came from, without port
 * @param full a plain Teleport login without facts: any cluster the user may use (compatible
 *     policy)
 */
public record Grant(
    String requestId,
    String user,
    String keyFingerprint,
    List<String> kubeClusters,
    List<String> namespaces,
    Instant notAfter,
    Instant servedUntil,
    String deviceId,
    String requesterIp,
    boolean full) {

  /** Copies. */
  public Grant {
    kubeClusters = List.copyOf(kubeClusters);
    namespaces = List.copyOf(namespaces);
  }

  /** Whether certificates for this cluster may be asked for now. */
  boolean covers(String kubeCluster, Instant now) {
    return now.isBefore(servedUntil) && (full || kubeClusters.contains(kubeCluster));
  }
}
