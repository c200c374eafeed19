// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.access;

import java.util.List;

/**
 * Everything an agent on another host decides by, as auth sends it.
 *
 * @param roles all roles
 * @param kubeClusters those with a live agent, by name
 * @param locks those in force
 */
public record AccessSnapshotJson(
    List<Role> roles, List<KubeClusterRecord> kubeClusters, List<Lock> locks) {
  /** Copies. */
  public AccessSnapshotJson {
    roles = List.copyOf(roles);
    kubeClusters = List.copyOf(kubeClusters);
    locks = List.copyOf(locks);
  }
}
