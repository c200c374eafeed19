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
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.GrantJson;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Trades the one-minute login for a certificate per Kubernetes cluster: several at a time, each
 * checked to be what was approved and no more. The session is there with the first; the others
 * follow, and one that fails harms no other.
 */
final class KubeCertificates {
  private static final int AT_ONCE_MAX = 8;
  private static final int CLUSTERS_MAX = 500;

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

  /**
   * Begins to issue and returns with the first certificate.
   *
   * @param failed told of each cluster that fails while another does not
   * @param finished runs once, when nothing more will be asked of the cluster
   */
  ActivationOutcome issue(
      HeadlessRequest request, Consumer<NoCertificateException> failed, Runnable finished) {
    List<KubeClusterName> clusters;
    try {
      clusters = resolve(request);
    } catch (Stop e) {
      finished.run();
      return e.outcome;
    } catch (ClientException e) {
      finished.run();
      return ActivationOutcome.Failed.of(e);
    }
    ActiveSession session =
        new ActiveSession(
            discovery,
            login.identity().username(),
            login.cluster(),
            login.trustAnchors(),
            HeldKey.generate(KeyKind.P256),
            clusters,
            grant.map(GrantJson::notAfter).orElse(null),
            grant.map(granted -> new Continuation(granted.requestId(), login)).orElse(null));
    issueAll(session, clusters, request, finished);
    ActivationOutcome.Failed first = null;
    for (KubeClusterName cluster : clusters) {
      ActivationOutcome.Failed failure = session.await(cluster);
      if (failure == null) {
        tellOfFailures(session, clusters, failed);
        return new ActivationOutcome.Active(session);
      }
      first = first == null ? failure : first;
    }
    session.close();
    return Objects.requireNonNull(first);
  }

  private static void tellOfFailures(
      ActiveSession session,
      List<KubeClusterName> clusters,
      Consumer<NoCertificateException> failed) {
    for (KubeClusterName cluster : clusters) {
      session
          .identityFor(cluster)
          .whenComplete((identity, failure) -> {
            if (failure instanceof NoCertificateException known) {
              failed.accept(known);
            }
          });
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
            : request.kubeClusters().stream().distinct().toList();
    if (chosen.isEmpty()) {
      throw new Stop(
          ErrorKind.NOT_FOUND,
          SafeText.literal("No Kubernetes clusters found to proxy."),
          SafeText.literal("you may use no cluster that fits; ask your administrator for access"));
    }
    if (chosen.size() > CLUSTERS_MAX) {
      throw new Stop(
          ErrorKind.LIMIT_EXCEEDED,
          SafeText.literal("more than 500 Kubernetes clusters fit"),
          SafeText.literal("name the clusters you need, or choose them by labels"));
    }
    return chosen;
  }

  /** Some workers take one cluster after the other, in the order they were named. */
  private void issueAll(
      ActiveSession session,
      List<KubeClusterName> clusters,
      HeadlessRequest request,
      Runnable finished) {
    Instant expires = clock.instant().plus(request.duration());
    var queue = new ConcurrentLinkedQueue<>(clusters);
    var working = new AtomicInteger(Math.min(AT_ONCE_MAX, clusters.size()));
    for (int i = working.get(); i > 0; i--) {
      Thread.ofVirtual()
          .name("kube certificates")
          .start(() -> {
            try {
              for (var next = queue.poll(); next != null; next = queue.poll()) {
                issue(session, next, expires);
              }
            } finally {
              if (working.decrementAndGet() == 0) {
                finished.run();
              }
            }
          });
    }
  }

  private void issue(ActiveSession session, KubeClusterName cluster, Instant expires) {
    try {
      if (grant.isEmpty()) {
        refuseSessionMfa(cluster);
      }
      session.issued(cluster, issueOne(cluster, session.key(), expires));
    } catch (Stop e) {
      session.failed(cluster, e.outcome);
    } catch (ClientException e) {
      session.failed(cluster, ActivationOutcome.Failed.of(e));
    } catch (RuntimeException e) {
      session.failed(
          cluster,
          new ActivationOutcome.Failed(
              ErrorKind.INTERNAL,
              SafeText.format(
                  "no certificate for kubernetes cluster \"{}\": {}",
                  SafeText.of(cluster.value()),
                  SafeText.of(String.valueOf(e.getMessage()))),
              SafeText.empty()));
    }
  }

  /** Per-session MFA wants a second factor at this machine, which a headless one has not. */
  private void refuseSessionMfa(KubeClusterName cluster) throws ClientException, Stop {
    if (auth.isMfaRequired(cluster)) {
      throw new Stop(
          ErrorKind.ACCESS_DENIED,
          SafeText.format(
              "MFA is required to access Kubernetes cluster \"{}\" for each session",
              SafeText.of(cluster.value())),
          SafeText.literal("headless access is not possible there; use it from your own machine"));
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
}
