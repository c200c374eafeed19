// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.KubeCertificateRequest;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.Network;
import dev.jtsh.client.Profile;
import dev.jtsh.client.ProfileStore;
import dev.jtsh.client.WebauthnCeremony;
import dev.jtsh.kubeproxy.IdentityUnavailableException;
import dev.jtsh.kubeproxy.RequestDesk;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateChallenge;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Certificates by a login that is held on this machine: each is issued when its cluster is used
 * first, by one call however many requests wait, and renewed before its end without a person as
 * long as the login lives. A login that was made anew meanwhile is taken from the disk. Where the
 * cluster wants a second factor for each session, the person is asked for a touch. Thread-safe.
 */
final class HeldLogin implements KubeAccess {
  private static final int AT_ONCE_MAX = 8;
  private static final Duration EARLY = Duration.ofMinutes(5);
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final int GATEWAY_TIMEOUT = 504;
  private static final int UNAVAILABLE = 503;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private final Outside outside;
  private final Network network;
  private final ProfileStore profiles;
  private final KubeFacts facts;
  private final Optional<Duration> length;
  private final ApprovalRequests.Voice voice;
  private final RequestDesk desk;
  private final HeldKey key = HeldKey.generate(KeyKind.P256);
  private final ConcurrentHashMap<String, Held> held = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Failure> failures = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, CompletableFuture<TlsIdentity>> issuing =
      new ConcurrentHashMap<>();
  private final Semaphore calls = new Semaphore(AT_ONCE_MAX);
  private final AtomicInteger waiting = new AtomicInteger();

  /** One touch after the other. */
  private final Object touch = new Object();

  private volatile Instant loginEnd;
  private volatile Instant limit;
  private volatile @Nullable SafeText refused;

  @GuardedBy("this")
  private boolean closed;

  /** A certificate; renewed early where nobody has to touch a key for it. */
  private record Held(
      CompletableFuture<TlsIdentity> identity,
      Instant renewAt,
      Instant notAfter,
      boolean touched) {}

  /** Why there is none; stands for a moment, or until {@code jtsh renew}. */
  private record Failure(IdentityUnavailableException why, Instant until) {}

  HeldLogin(
      Outside outside,
      Network network,
      ProfileStore profiles,
      KubeFacts facts,
      Optional<Duration> length,
      ApprovalRequests.Voice voice,
      RequestDesk desk) {
    this.outside = outside;
    this.network = network;
    this.profiles = profiles;
    this.facts = facts;
    this.length = length;
    this.voice = voice;
    this.desk = desk;
    this.loginEnd = facts.notAfter();
    this.limit = limitFromNow();
  }

  private Instant limitFromNow() {
    return length.map(outside.clock().instant()::plus).orElse(Instant.MAX);
  }

  @Override
  public KubeFacts facts() {
    return facts;
  }

  @Override
  public List<KubeClusterName> pending() {
    return issuing.keySet().stream().sorted().map(KubeClusterName::new).toList();
  }

  @Override
  public Instant end() {
    return limit.isBefore(loginEnd) ? limit : loginEnd;
  }

  @Override
  public int waiting() {
    return waiting.get();
  }

  @Override
  public Optional<LiveSession.Asked> asked() {
    return Optional.empty();
  }

  @Override
  public Optional<SafeText> refused() {
    return Optional.ofNullable(refused);
  }

  @Override
  public RequestDesk desk() {
    return desk;
  }

  /** Forgets what failed, begins a new {@code --ttl}, and looks for a newer login. */
  @Override
  public void renew() {
    refused = null;
    Thread.ofVirtual().name("renewal").start(this::renewNow);
  }

  /** The same, for threads that may wait for the disk. */
  void renewNow() {
    refused = null;
    failures.clear();
    Instant before = end();
    limit = limitFromNow();
    try {
      login();
    } catch (IdentityUnavailableException e) {
      refused = e.text();
      return;
    }
    if (!end().isAfter(before)) {
      refused =
          SafeText.format(
              "access still ends with the login at {}; jtsh login makes a longer one; a missed"
                  + " touch is asked for at the next request",
              SafeText.of(loginEnd.toString()));
    }
  }

  @Override
  public CompletionStage<TlsIdentity> identityFor(String kubeCluster) {
    Instant now = outside.clock().instant();
    if (!now.isBefore(limit)) {
      return CompletableFuture.failedFuture(
          new IdentityUnavailableException(
              GATEWAY_TIMEOUT, SafeText.literal("jtsh: access has ended: run `jtsh renew`")));
    }
    Failure failure = recentFailure(kubeCluster, now);
    Held known = held.get(kubeCluster);
    if (known != null && now.isBefore(known.notAfter)) {
      boolean renewable = !known.touched && known.notAfter.isBefore(end());
      if (renewable && failure == null && now.isAfter(known.renewAt)) {
        issue(kubeCluster); // Nobody waits for it.
      }
      return known.identity;
    }
    if (failure != null) {
      return CompletableFuture.failedFuture(failure.why);
    }
    waiting.incrementAndGet();
    return issue(kubeCluster).whenComplete((identity, why) -> waiting.decrementAndGet());
  }

  private @Nullable Failure recentFailure(String kubeCluster, Instant now) {
    Failure failure = failures.get(kubeCluster);
    return failure == null || !now.isBefore(failure.until) ? null : failure;
  }

  private CompletableFuture<TlsIdentity> issue(String kubeCluster) {
    return issuing.computeIfAbsent(
        kubeCluster,
        name -> {
          CompletableFuture<TlsIdentity> result = new CompletableFuture<>();
          Thread.ofVirtual().name("kube certificate").start(() -> issue(name, result));
          return result;
        });
  }

  private void issue(String kubeCluster, CompletableFuture<TlsIdentity> result) {
    IdentityUnavailableException why;
    try {
      calls.acquire();
      try {
        TlsIdentity identity = issueNow(new KubeClusterName(kubeCluster));
        failures.remove(kubeCluster);
        issuing.remove(kubeCluster);
        result.complete(identity);
        return;
      } finally {
        calls.release();
      }
    } catch (IdentityUnavailableException e) {
      why = e;
    } catch (InterruptedException | RuntimeException e) {
      why =
          new IdentityUnavailableException(
              UNAVAILABLE,
              SafeText.format("jtsh: no certificate: {}", SafeText.of(String.valueOf(e))));
    }
    // A missed touch is not asked for again by itself: k9s would ask every second.
    Instant now = outside.clock().instant();
    Instant until = why.httpStatus() == GATEWAY_TIMEOUT ? Instant.MAX : now.plus(PAUSE);
    failures.put(kubeCluster, new Failure(why, until));
    issuing.remove(kubeCluster);
    result.completeExceptionally(why);
  }

  private TlsIdentity issueNow(KubeClusterName kubeCluster) throws IdentityUnavailableException {
    Held fresh = held.get(kubeCluster.value());
    if (fresh != null && outside.clock().instant().isBefore(fresh.renewAt)) {
      return fresh.identity.resultNow(); // It came between the question and here.
    }
    Profile profile = login();
    try (LoginCredentials credentials =
            profiles.load(profile).limitedTo(network.pins(profile.proxy()));
        AuthClient auth =
            AuthClient.open(
                credentials.authEndpoint(profile.proxy(), facts.discovery().version()), network)) {
      Optional<MFAAuthenticateResponse> answer =
          auth.isMfaRequired(kubeCluster) ? touched(auth, kubeCluster, profile) : Optional.empty();
      X509Certificate certificate =
          auth.issueKubeCertificate(
              new KubeCertificateRequest(
                  profile.user(),
                  kubeCluster,
                  key.publicKey(),
                  end(),
                  UserCertsRequest.Requester.TSH_KUBE_LOCAL_PROXY,
                  answer));
      check(kubeCluster, certificate);
      return keep(kubeCluster, certificate, answer.isPresent());
    } catch (ClientException e) {
      throw unavailable(kubeCluster, e);
    }
  }

  private synchronized TlsIdentity keep(
      KubeClusterName kubeCluster, X509Certificate certificate, boolean touched) {
    if (closed) {
      throw new IllegalStateException("the session is over");
    }
    TlsIdentity identity = TlsIdentity.of(key, certificate);
    Instant notAfter = certificate.getNotAfter().toInstant();
    Duration third = Duration.between(outside.clock().instant(), notAfter).dividedBy(3);
    Instant renewAt = notAfter.minus(third.compareTo(EARLY) < 0 ? third : EARLY);
    held.put(
        kubeCluster.value(),
        new Held(CompletableFuture.completedFuture(identity), renewAt, notAfter, touched));
    return identity;
  }

  /** The login as it lies on disk now; it may be a newer one of the same user. */
  private Profile login() throws IdentityUnavailableException {
    try {
      Optional<Profile> found = profiles.forProxy(facts.discovery().proxy().host());
      Instant now = outside.clock().instant();
      if (found.isPresent()
          && found.get().isValid(now)
          && found.get().user().equals(facts.user())) {
        loginEnd = found.get().validUntil();
        return found.get();
      }
    } catch (ClientException e) {
      throw new IdentityUnavailableException(
          UNAVAILABLE, SafeText.format("jtsh: {}", e.safeMessage()));
    }
    throw new IdentityUnavailableException(
        UNAVAILABLE,
        SafeText.format(
            "jtsh: the login of {} has ended: run `jtsh login`", SafeText.of(facts.user())));
  }

  private Optional<MFAAuthenticateResponse> touched(
      AuthClient auth, KubeClusterName kubeCluster, Profile profile)
      throws ClientException, IdentityUnavailableException {
    synchronized (touch) {
      MFAAuthenticateChallenge challenge = auth.createSessionChallenge(kubeCluster);
      if (!challenge.hasWebauthnChallenge()) {
        throw new IdentityUnavailableException(
            FORBIDDEN,
            SafeText.format(
                "jtsh: MFA is required to access Kubernetes cluster \"{}\", and the cluster offers"
                    + " no WebAuthn",
                SafeText.of(kubeCluster.value())));
      }
      voice.say(
          SafeText.format(
              "MFA is required to access Kubernetes cluster \"{}\"\nTap any security key",
              SafeText.of(kubeCluster.value())));
      WebauthnCeremony ceremony =
          new WebauthnCeremony(
              profile.proxy(), profile.pinnedParent(), new ClusterCalls(outside).securityKey());
      return Optional.of(ceremony.sign(challenge.getWebauthnChallenge()));
    }
  }

  private void check(KubeClusterName kubeCluster, X509Certificate certificate)
      throws IdentityUnavailableException {
    SafeText name = SafeText.of(kubeCluster.value());
    UserIdentity identity;
    try {
      identity = UserIdentity.of(certificate);
    } catch (PkiException e) {
      throw wrong(name);
    }
    if (!identity.usage().equals(List.of(UserIdentity.USAGE_KUBE))
        || !identity.username().equals(facts.user())
        || !identity.kubernetesCluster().equals(Optional.of(kubeCluster.value()))) {
      throw wrong(name);
    }
    if (identity.kubernetesUsers().isEmpty() && identity.kubernetesGroups().isEmpty()) {
      throw new IdentityUnavailableException(
          FORBIDDEN,
          SafeText.literal("jtsh: your user's Teleport role does not allow Kubernetes access"));
    }
  }

  private static IdentityUnavailableException wrong(SafeText name) {
    return new IdentityUnavailableException(
        UNAVAILABLE,
        SafeText.format("jtsh: the certificate for \"{}\" is not what was asked for", name));
  }

  private static IdentityUnavailableException unavailable(
      KubeClusterName kubeCluster, ClientException failure) {
    SafeText name = SafeText.of(kubeCluster.value());
    return switch (failure) {
      case ClientException.SecurityKeyFailed e ->
          new IdentityUnavailableException(
              GATEWAY_TIMEOUT,
              SafeText.format(
                  "jtsh: MFA is required to access Kubernetes cluster \"{}\": {}; `jtsh renew` asks"
                      + " again",
                  name,
                  e.safeMessage()));
      case ClientException.Refused e ->
          new IdentityUnavailableException(
              switch (e.kind()) {
                case ErrorKind.ACCESS_DENIED -> FORBIDDEN;
                case ErrorKind.NOT_FOUND, ErrorKind.BAD_PARAMETER -> NOT_FOUND;
                default -> UNAVAILABLE;
              },
              SafeText.format(
                  "jtsh: no certificate for Kubernetes cluster \"{}\": {}", name, e.reason()));
      default ->
          new IdentityUnavailableException(
              UNAVAILABLE, SafeText.format("jtsh: {}", failure.safeMessage()));
    };
  }

  @Override
  public synchronized void close() {
    closed = true;
    held.clear();
    key.close();
  }
}
