// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.access;

import dev.jtsh.pki.UserIdentity;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What proxy and agent need to know of roles and Kubernetes clusters to decide about a request. */
public interface AccessView {

  /** The role of this name, or empty when there is none (any more). */
  Optional<Role> role(String name);

  /** The Kubernetes clusters with a live agent, sorted by name. */
  List<KubeClusterRecord> kubeClusters();

  /** The live Kubernetes cluster of this name. */
  default Optional<KubeClusterRecord> kubeCluster(String name) {
    return kubeClusters().stream().filter(c -> c.name().equals(name)).findFirst();
  }

  /** The locks that are stored; some may have ended. */
  List<Lock> locks();

  /**
   * The lock that keeps the holder of a certificate out now.
   *
   * @param issued when the certificate was issued
   */
  default Optional<Lock> lockOn(UserIdentity user, Instant issued, Instant now) {
    return locks().stream().filter(lock -> lock.targets(user, issued, now)).findFirst();
  }

  /** The roles of these names that exist, in the order of the names. */
  default List<Role> roles(Collection<String> names) {
    return names.stream().map(this::role).flatMap(Optional::stream).toList();
  }
}
