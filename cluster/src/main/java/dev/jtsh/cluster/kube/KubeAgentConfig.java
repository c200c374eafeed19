// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import java.net.SocketAddress;
import java.util.Map;

/**
 * What a kube agent is told.
 *
 * @param clusterName the cluster it belongs to
 * @param proxy the proxy's port, or {@code ProxyServer.inProcessAddress()} in one process
 * @param connections tunnel connections to keep; 2 is good
 * @param kubeClusters the API server of each kube cluster by the cluster's name; each name must be
 *     in the agent's certificate
 */
public record KubeAgentConfig(
    String clusterName,
    SocketAddress proxy,
    int connections,
    Map<String, KubernetesTarget> kubeClusters) {

  /** Copies and checks. */
  public KubeAgentConfig {
    kubeClusters = Map.copyOf(kubeClusters);
    if (connections < 1) {
      throw new IllegalArgumentException("an agent needs at least one connection");
    }
  }
}
