// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import java.time.Instant;
import java.util.List;

/**
 * What a kube agent needs to join, once.
 *
 * @param token the secret to put into the agent's file
 * @param kubeClusters names of kube clusters it may serve
 * @param expires when it ends
 * @param proxy where the agent dials, {@code host:port}
 */
public record JoinToken(String token, List<String> kubeClusters, Instant expires, String proxy) {
  /** Hides the secret. */
  @Override
  public String toString() {
    return "JoinToken(" + kubeClusters + ", hidden)";
  }
}
