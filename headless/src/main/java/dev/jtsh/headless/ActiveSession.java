// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.client.Discovery;
import dev.jtsh.nativebindings.SecretArenaExhaustedException;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A session that can reach its Kubernetes clusters: one key, and a certificate for each cluster. It
 * is there with the first certificate, while the others are still on their way. All it holds is in
 * memory; closing it wipes the key. Safe for use by many threads.
 */
public final class ActiveSession implements AutoCloseable {
  private final Discovery discovery;
  private final String user;
  private final String teleportCluster;
  private final TrustAnchors hostAuthorities;
  private final HeldKey key;
  private final @Nullable Instant granted;
  private final @Nullable Continuation continuation;
  private final TreeMap<KubeClusterName, CompletableFuture<TlsIdentity>> identities =
      new TreeMap<>();

  /**
   * Nothing is issued yet.
   *
   * @param key of all certificates; taken over
   * @param granted the end of what was approved, where the cluster says so
   * @param continuation proves later requests, where the cluster knows such proofs; taken over
   */
  ActiveSession(
      Discovery discovery,
      String user,
      String teleportCluster,
      TrustAnchors hostAuthorities,
      HeldKey key,
      List<KubeClusterName> clusters,
      @Nullable Instant granted,
      @Nullable Continuation continuation) {
    this.discovery = discovery;
    this.user = user;
    this.teleportCluster = teleportCluster;
    this.hostAuthorities = hostAuthorities;
    this.key = key;
    this.granted = granted;
    this.continuation = continuation;
    clusters.forEach(cluster -> identities.put(cluster, new CompletableFuture<>()));
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

  /** The clusters of this session, by name, those without a certificate too. */
  public List<KubeClusterName> kubeClusters() {
    return List.copyOf(identities.keySet());
  }

  /**
   * Key and certificate for one cluster, now or soon.
   *
   * @return fails with {@link NoCertificateException} when the cluster gave none
   * @throws NoSuchElementException when the cluster is not of this session
   */
  public CompletionStage<TlsIdentity> identityFor(KubeClusterName kubeCluster) {
    return future(kubeCluster);
  }

  /** Clusters whose certificate is still on its way. */
  public List<KubeClusterName> pending() {
    return identities.entrySet().stream()
        .filter(entry -> !entry.getValue().isDone())
        .map(entry -> entry.getKey())
        .toList();
  }

  /** When the session ends: with the grant, or with the first of the certificates. */
  public Instant notAfter() {
    List<Instant> ends = new ArrayList<>();
    if (granted != null) {
      ends.add(granted);
    }
    for (CompletableFuture<TlsIdentity> identity : identities.values()) {
      if (identity.isDone() && !identity.isCompletedExceptionally()) {
        ends.add(identity.join().leaf().getNotAfter().toInstant());
      }
    }
    return ends.stream().min(Instant::compareTo).orElseThrow();
  }

  /** Proves that a later request goes on with this session; empty where no cluster asks for it. */
  Optional<Continuation> continuation() {
    return Optional.ofNullable(continuation);
  }

  HeldKey key() {
    return key;
  }

  void issued(KubeClusterName kubeCluster, X509Certificate certificate) {
    try {
      future(kubeCluster).complete(TlsIdentity.held(key, List.of(certificate)));
    } catch (SecretArenaExhaustedException e) {
      failed(
          kubeCluster,
          new ActivationOutcome.Failed(
              ErrorKind.LIMIT_EXCEEDED,
              SafeText.of(String.valueOf(e.getMessage())),
              SafeText.literal("ask for fewer clusters at a time")));
    }
  }

  void failed(KubeClusterName kubeCluster, ActivationOutcome.Failed why) {
    future(kubeCluster).completeExceptionally(new NoCertificateException(kubeCluster, why));
  }

  /** Blocks until the cluster's certificate is here or failed; null when it is here. */
  ActivationOutcome.@Nullable Failed await(KubeClusterName kubeCluster) {
    try {
      future(kubeCluster).join();
      return null;
    } catch (CompletionException e) {
      if (e.getCause() instanceof NoCertificateException known) {
        return known.outcome();
      }
      throw e;
    }
  }

  private CompletableFuture<TlsIdentity> future(KubeClusterName kubeCluster) {
    CompletableFuture<TlsIdentity> identity = identities.get(kubeCluster);
    if (identity == null) {
      throw new NoSuchElementException(kubeCluster + " is not part of this session");
    }
    return identity;
  }

  @Override
  public void close() {
    key.close();
    for (CompletableFuture<TlsIdentity> identity : identities.values()) {
      if (identity.isDone() && !identity.isCompletedExceptionally()) {
        identity.join().close();
      }
    }
    if (continuation != null) {
      continuation.login().close();
    }
  }
}
