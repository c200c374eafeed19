// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Our addition to the answer of a headless login: what the approval grants.
 *
 * @param requestId id of the approved request
 * @param kubeClusters kube clusters certificates may be asked for
 * @param notAfter when the grant ends; null if the server did not say
 */
public record GrantJson(String requestId, List<String> kubeClusters, @Nullable Instant notAfter) {
  /** Absent keys become empty values. */
  public GrantJson {
    requestId = Absent.text(requestId);
    kubeClusters = Absent.list(kubeClusters);
  }
}
