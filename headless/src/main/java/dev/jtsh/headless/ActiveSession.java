// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.client.Discovery;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A session that can reach its Kubernetes clusters. All it holds is in memory; closing it wipes the
 * keys.
 */
public final class ActiveSession implements AutoCloseable {
  private final Discovery discovery;
  private final String user;
  private final String teleportCluster;
  private final TrustAnchors hostAuthorities;
  private final SortedMap<KubeClusterName, TlsIdentity> identities;

  ActiveSession(
      Discovery discovery,
      String user,
      String teleportCluster,
      TrustAnchors hostAuthorities,
      SortedMap<KubeClusterName, TlsIdentity> identities) {
    this.discovery = discovery;
    this.user = user;
    this.teleportCluster = teleportCluster;
    this.hostAuthorities = hostAuthorities;
    this.identities = new TreeMap<>(identities);
  }

  /** The proxy, and what it said about itself. */
  public Discovery discovery() {
    return discovery;
  }

  /** Who approved. */
  public String user() {
    return user;
  }

  /** The Teleport cluster. */
  public String teleportCluster() {
    return teleportCluster;
  }

  /** What the cluster's Kubernetes endpoint must chain to. */
  public TrustAnchors hostAuthorities() {
    return hostAuthorities;
  }

  /** The clusters of this session, by name. */
  public List<KubeClusterName> kubeClusters() {
    return List.copyOf(identities.keySet());
  }

  /**
   * Key and certificate for one cluster.
   *
   * @throws NoSuchElementException when the cluster is not of this session
   */
  public TlsIdentity identityFor(KubeClusterName kubeCluster) {
    TlsIdentity identity = identities.get(kubeCluster);
    if (identity == null) {
      throw new NoSuchElementException(kubeCluster + " is not part of this session");
    }
    return identity;
  }

  /** When the first of the certificates ends. */
  public Instant notAfter() {
    return identities.values().stream()
        .map(identity -> identity.leaf().getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }

  @Override
  public void close() {
    identities.values().forEach(identity -> identity.key().close());
  }
}
