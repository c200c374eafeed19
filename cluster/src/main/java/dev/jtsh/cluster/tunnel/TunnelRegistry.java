// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.tunnel;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Which agents are connected and what they serve. Thread-safe. */
public final class TunnelRegistry {
  private final Map<String, List<AgentConnection>> byCluster = new ConcurrentHashMap<>();

  void add(AgentConnection agent, Set<String> kubeClusters) {
    for (String name : kubeClusters) {
      byCluster.computeIfAbsent(name, n -> new CopyOnWriteArrayList<>()).add(agent);
    }
    agent
        .connection()
        .closeFuture()
        .addListener(closed -> kubeClusters.forEach(name -> remove(agent, name)));
  }

  private void remove(AgentConnection agent, String name) {
    byCluster.computeIfPresent(
        name,
        (n, agents) -> {
          agents.remove(agent);
          return agents.isEmpty() ? null : agents;
        });
  }

  /** The kube clusters with a connected agent now, sorted. */
  public SortedSet<String> kubeClusters() {
    return new TreeSet<>(byCluster.keySet());
  }

  /** Whether some agent serves this kube cluster now. */
  public boolean serves(String kubeCluster) {
    return byCluster.containsKey(kubeCluster);
  }

  /** The way to the agent with the least to do; empty when none has room. */
  public Optional<TunnelUpstream> upstream(String kubeCluster, boolean upgrade) {
    return byCluster.getOrDefault(kubeCluster, List.of()).stream()
        .filter(AgentConnection::hasRoom)
        .min(Comparator.comparingInt(AgentConnection::load))
        .map(agent -> new TunnelUpstream(agent, upgrade));
  }
}
