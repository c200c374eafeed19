// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import java.time.Instant;
import java.util.Map;

/**
 * An agent that serves a Kubernetes cluster.
 *
 * @param name the Kubernetes cluster
 * @param hostId the agent's host id
 * @param hostname how the agent calls its machine; its own word
 * @param version the agent's version; its own word
 * @param labels the cluster's labels
 * @param expires when it counts as gone without another heartbeat
 */
public record KubeServer(
    String name,
    String hostId,
    String hostname,
    String version,
    Map<String, String> labels,
    Instant expires) {

  /** Copies. */
  public KubeServer {
    labels = Map.copyOf(labels);
  }
}
