// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.Discovery;
import dev.jtsh.headless.ActiveSession;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.time.Instant;
import java.util.List;

/**
 * What is known of a session on Kubernetes clusters, however it was begun.
 *
 * @param discovery the proxy, and what it said about itself
 * @param user the Teleport user
 * @param teleportCluster the Teleport cluster
 * @param hostAuthorities what the cluster's Kubernetes endpoint must chain to
 * @param kubeClusters the Kubernetes clusters, by name
 * @param notAfter the end of access, as far as is known now
 */
record KubeFacts(
    Discovery discovery,
    String user,
    String teleportCluster,
    TrustAnchors hostAuthorities,
    List<KubeClusterName> kubeClusters,
    Instant notAfter) {
  KubeFacts {
    kubeClusters = List.copyOf(kubeClusters);
  }

  /** Of a headless session. */
  static KubeFacts of(ActiveSession session) {
    return new KubeFacts(
        session.discovery(),
        session.user(),
        session.teleportCluster(),
        session.hostAuthorities(),
        session.kubeClusters(),
        session.notAfter());
  }

  /** The same with other Kubernetes clusters. */
  KubeFacts on(List<KubeClusterName> clusters) {
    return new KubeFacts(discovery, user, teleportCluster, hostAuthorities, clusters, notAfter);
  }

  /** The same with another end. */
  KubeFacts until(Instant end) {
    return new KubeFacts(discovery, user, teleportCluster, hostAuthorities, kubeClusters, end);
  }
}
