// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.KubeCertificateRequest;
import dev.jtsh.client.KubeCluster;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.GrantJson;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Trades the one-minute login for a certificate per Kubernetes cluster: each with a key of its own,
 * several at a time, each checked to be what was approved and no more.
 */
final class KubeCertificates {
  private static final int AT_ONCE_MAX = 8;
  private static final int CLUSTERS_MAX = 200;

  /** Clocks and whole seconds may differ by so much. */
  private static final Duration SLACK = Duration.ofSeconds(90);

  private final AuthClient auth;
  private final Discovery discovery;
  private final LoginCredentials login;
  private final Optional<GrantJson> grant;
  private final InstantSource clock;

  KubeCertificates(
      AuthClient auth,
      Discovery discovery,
      LoginCredentials login,
      Optional<GrantJson> grant,
      InstantSource clock) {
    this.auth = auth;
    this.discovery = discovery;
    this.login = login;
    this.grant = grant;
    this.clock = clock;
  }

  /** Ends the issuing with a message for the user. */
  private static final class Stop extends Exception {
    private static final long serialVersionUID = 1;
    private final transient ActivationOutcome.Failed outcome;

    Stop(ErrorKind kind, SafeText message, SafeText hint) {
      this.outcome = new ActivationOutcome.Failed(kind, message, hint);
    }
  }

  ActivationOutcome issue(HeadlessRequest request) {
    try {
      List<KubeClusterName> clusters = resolve(request);
      if (grant.isEmpty()) {
        refuseSessionMfa(clusters);
      }
      return new ActivationOutcome.Active(
          new ActiveSession(
              discovery,
              login.identity().username(),
              login.cluster(),
              login.trustAnchors(),
              issueAll(clusters, request)));
    } catch (Stop e) {
      return e.outcome;
    } catch (ClientException e) {
      return ActivationOutcome.Failed.of(e);
    }
  }

  /** Which clusters: those of the grant, else those the cluster lists. */
  private List<KubeClusterName> resolve(HeadlessRequest request) throws ClientException, Stop {
    var available = new TreeSet<KubeClusterName>();
    if (grant.isPresent()) {
      grant.get().kubeClusters().forEach(n -> KubeClusterName.of(n).ifPresent(available::add));
    } else {
      for (KubeCluster cluster : auth.listKubeClusters(request.labels(), request.query())) {
        available.add(cluster.name());
      }
    }
    for (KubeClusterName wanted : request.kubeClusters()) {
      if (!available.contains(wanted)) {
        throw new Stop(
            ErrorKind.NOT_FOUND,
            SafeText.format(
                "kubernetes cluster \"{}\" not found, or you may not use it",
                SafeText.of(wanted.value())),
            SafeText.literal("check the name, or ask your administrator for access"));
      }
    }
    var chosen =
        request.kubeClusters().isEmpty()
            ? List.copyOf(available)
            : List.copyOf(new TreeSet<>(request.kubeClusters()));
    if (chosen.isEmpty()) {
      throw new Stop(
          ErrorKind.NOT_FOUND,
          SafeText.literal("No Kubernetes clusters found to proxy."),
          SafeText.literal("you may use no cluster that fits; ask your administrator for access"));
    }
    if (chosen.size() > CLUSTERS_MAX) {
      throw new Stop(
          ErrorKind.LIMIT_EXCEEDED,
          SafeText.literal("more than 200 Kubernetes clusters fit"),
          SafeText.literal("name the clusters you need, or choose them by labels"));
    }
    return chosen;
  }

  /** Per-session MFA wants a second factor at this machine, which a headless one has not. */
  private void refuseSessionMfa(List<KubeClusterName> clusters) throws ClientException, Stop {
    Map<KubeClusterName, Boolean> required = each(clusters, auth::isMfaRequired);
    for (Map.Entry<KubeClusterName, Boolean> entry : required.entrySet()) {
      if (entry.getValue()) {
        throw new Stop(
            ErrorKind.ACCESS_DENIED,
            SafeText.format(
                "MFA is required to access Kubernetes cluster \"{}\" for each session",
                SafeText.of(entry.getKey().value())),
            SafeText.literal(
                "headless access is not possible there; use it from your own machine"));
      }
    }
  }

  private SortedMap<KubeClusterName, TlsIdentity> issueAll(
      List<KubeClusterName> clusters, HeadlessRequest request) throws ClientException, Stop {
    Instant expires = clock.instant().plus(request.duration());
    var made = new ArrayList<HeldKey>();
    boolean complete = false;
    try {
      Map<KubeClusterName, TlsIdentity> issued =
          each(
              clusters,
              cluster -> {
                HeldKey key = HeldKey.generate(KeyKind.P256);
                synchronized (made) {
                  made.add(key);
                }
                return TlsIdentity.of(key, issueOne(cluster, key, expires));
              });
      complete = true;
      return new TreeMap<>(issued);
    } finally {
      if (!complete) {
        synchronized (made) {
          made.forEach(HeldKey::close);
        }
      }
    }
  }

  private X509Certificate issueOne(KubeClusterName cluster, HeldKey key, Instant expires)
      throws ClientException, Stop {
    SafeText name = SafeText.of(cluster.value());
    X509Certificate certificate;
    try {
      certificate =
          auth.issueKubeCertificate(
              new KubeCertificateRequest(
                  login.identity().username(),
                  cluster,
                  key.publicKey(),
                  expires,
                  UserCertsRequest.Requester.TSH_KUBE_LOCAL_PROXY_HEADLESS));
    } catch (ClientException.Refused e) {
      if (e.kind() == ErrorKind.BAD_PARAMETER || e.kind() == ErrorKind.NOT_FOUND) {
        throw new Stop(
            ErrorKind.NOT_FOUND,
            SafeText.format("kubernetes cluster \"{}\": {}", name, e.reason()),
            SafeText.literal("check the name, or ask your administrator for access"));
      }
      throw new Stop(
          e.kind(),
          SafeText.format("no certificate for kubernetes cluster \"{}\": {}", name, e.reason()),
          e.hint());
    }
    check(cluster, certificate);
    return certificate;
  }

  private void check(KubeClusterName cluster, X509Certificate certificate) throws Stop {
    UserIdentity identity;
    try {
      identity = UserIdentity.of(certificate);
    } catch (PkiException e) {
      throw wrong(cluster);
    }
    Instant end = certificate.getNotAfter().toInstant();
    boolean outlivesGrant =
        grant
            .map(GrantJson::notAfter)
            .filter(granted -> end.isAfter(granted.plus(SLACK)))
            .isPresent();
    if (!identity.usage().equals(List.of(UserIdentity.USAGE_KUBE))
        || !identity.username().equals(login.identity().username())
        || !identity.kubernetesCluster().equals(Optional.of(cluster.value()))
        || outlivesGrant) {
      throw wrong(cluster);
    }
    if (identity.kubernetesUsers().isEmpty() && identity.kubernetesGroups().isEmpty()) {
      throw new Stop(
          ErrorKind.ACCESS_DENIED,
          SafeText.literal("Your user's Teleport role does not allow Kubernetes access."),
          SafeText.literal(
              "Please ask cluster administrator to ensure your role has appropriate"
                  + " kubernetes_groups and kubernetes_users set."));
    }
    if (!end.isAfter(clock.instant())) {
      throw new Stop(
          ErrorKind.INTERNAL,
          SafeText.format(
              "the certificate for \"{}\" has expired already", SafeText.of(cluster.value())),
          SafeText.literal("check this machine's clock"));
    }
  }

  private static Stop wrong(KubeClusterName cluster) {
    return new Stop(
        ErrorKind.INTERNAL,
        SafeText.format(
            "the certificate for \"{}\" is not what was asked for", SafeText.of(cluster.value())),
        SafeText.literal("tell the administrator of the cluster"));
  }

  private interface Step<T> {
    T run(KubeClusterName cluster) throws ClientException, Stop;
  }

  /**
   * Runs a step for each cluster, some at a time; the first failure is thrown when all are done.
   */
  private static <T> Map<KubeClusterName, T> each(List<KubeClusterName> clusters, Step<T> step)
      throws ClientException, Stop {
    var permits = new Semaphore(AT_ONCE_MAX);
    var futures = new LinkedHashMap<KubeClusterName, Future<T>>();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (KubeClusterName cluster : clusters) {
        Callable<T> task =
            () -> {
              permits.acquire();
              try {
                return step.run(cluster);
              } finally {
                permits.release();
              }
            };
        futures.put(cluster, executor.submit(task));
      }
    }
    var results = new LinkedHashMap<KubeClusterName, T>();
    for (Map.Entry<KubeClusterName, Future<T>> entry : futures.entrySet()) {
      try {
        results.put(entry.getKey(), entry.getValue().get());
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case Stop stop -> throw stop;
          case ClientException failure -> throw failure;
          case null, default -> throw new IllegalStateException("issuing failed", e);
        }
      } catch (InterruptedException e) {
        // Cannot happen: closing the executor has waited for all.
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    return results;
  }
}
