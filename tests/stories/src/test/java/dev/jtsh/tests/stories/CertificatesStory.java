// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.AuthEndpoint;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.WebClient;
import dev.jtsh.client.WebTrust;
import dev.jtsh.headless.ActivationOutcome;
import dev.jtsh.headless.ActiveSession;
import dev.jtsh.headless.HeadlessOutcome;
import dev.jtsh.headless.HeadlessRequest;
import dev.jtsh.headless.HeadlessSession;
import dev.jtsh.headless.HeadlessTiming;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.ShownRequest;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a session's certificates are worth. The requesting side is the product's own, run here in
 * the test: only so can the login certificate be looked at, which jtsh shows to nobody. That it
 * reaches no disk of the machine is {@link TraceStory}'s.
 */
@ExtendWith(StoryWorld.Visit.class)
final class CertificatesStory {
  /** Both ends of a certificate's life lie this far around the moment it was made. */
  private static final Duration SLACK = Duration.ofMinutes(2);

  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration DEFAULT_SESSION = Duration.ofHours(12);

  private final StoryWorld world;

  CertificatesStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void theLoginLivesAMinuteAndTheKubeCertificateAsLongAsTheClusterLets() throws Exception {
    try (WebClient web = web();
        HeadlessSession session = ask(web, StoryWorld.USER, DAY)) {
      HeadlessOutcome.Approved approved = approve(session, world.laptop());
      X509Certificate login = approved.credentials().certificate();
      assertThat(end(login)).isBetween(Instant.now(), Instant.now().plusSeconds(60));
      assertThat(approved.credentials().identity().mfaVerified()).isPresent();

      try (ActiveSession active = activate(session)) {
        TlsIdentity kube = identity(active);
        UserIdentity identity = UserIdentity.of(kube.leaf());
        assertThat(identity.usage()).containsExactly(UserIdentity.USAGE_KUBE);
        assertThat(identity.kubernetesCluster()).contains(StoryWorld.KUBE);
        assertThat(end(kube.leaf())).isCloseTo(in(DEFAULT_SESSION), within(SLACK));
        assertAuthRefuses(active, kube);
      }
    }
  }

  @Test
  void aRoleWithAShorterSessionEndsTheKubeCertificateEarlier() throws Exception {
    Laptop carol =
        world.enrol(
            "carol", StoryWorld.ALL_CLUSTERS + ", kubernetes_groups: [g]", "max_session_ttl: 20m");
    try (WebClient web = web();
        HeadlessSession session = ask(web, "carol", DAY)) {
      approve(session, carol);
      try (ActiveSession active = activate(session)) {
        assertThat(end(identity(active).leaf()))
            .isCloseTo(in(Duration.ofMinutes(20)), within(SLACK));
      }
    }
  }

  /** A kube certificate and its key in wrong hands: they open no other door. */
  private static void assertAuthRefuses(ActiveSession active, TlsIdentity kube) {
    Discovery discovery = active.discovery();
    AuthEndpoint endpoint =
        new AuthEndpoint(
            discovery.proxy(),
            active.teleportCluster(),
            kube,
            active.hostAuthorities(),
            discovery.version());
    try (AuthClient auth = AuthClient.open(endpoint)) {
      assertThatThrownBy(() -> auth.listKubeClusters(Map.of(), ""))
          .isInstanceOfAny(
              ClientException.Refused.class, ClientException.CertificateRejected.class);
    }
  }

  private WebClient web() throws IOException {
    Map<String, String> own = Map.of("SSL_CERT_FILE", world.cluster().webCa().toString());
    return new WebClient(WebTrust.load(own, Optional.empty()), InstantSource.system());
  }

  private HeadlessSession ask(WebClient web, String user, Duration length) throws Exception {
    Discovery discovery =
        web.discover(ProxyAddress.candidates(world.cluster().proxy()), "headless");
    return HeadlessSession.request(
        web,
        discovery,
        new HeadlessRequest(
            user,
            List.of(new KubeClusterName(StoryWorld.KUBE)),
            Map.of(),
            "",
            false,
            "",
            length,
            "box",
            "somebody"),
        HeadlessTiming.STANDARD,
        InstantSource.system(),
        new SecureRandom());
  }

  private static HeadlessOutcome.Approved approve(HeadlessSession session, Laptop laptop)
      throws Exception {
    try (ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor()) {
      var number = new CompletableFuture<Integer>();
      Future<HeadlessOutcome> outcome = waiting.submit(() -> session.await(telling(number)));
      String shown = String.valueOf(number.get(StoryWorld.SOON.toSeconds(), TimeUnit.SECONDS));
      laptop.approve(new ShownRequest(session.announcement().id(), shown)).orThrow();
      return (HeadlessOutcome.Approved) outcome.get(StoryWorld.SOON.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static HeadlessSession.WaitListener telling(CompletableFuture<Integer> told) {
    return new HeadlessSession.WaitListener() {
      @Override
      public void sendingAgain(SafeText cause, Duration pause) {}

      @Override
      public void number(int number) {
        told.complete(number);
      }
    };
  }

  private static ActiveSession activate(HeadlessSession session) {
    ActivationOutcome outcome = session.activate(failed -> {});
    assertThat(outcome).isInstanceOf(ActivationOutcome.Active.class);
    return ((ActivationOutcome.Active) outcome).session();
  }

  private static TlsIdentity identity(ActiveSession active) throws Exception {
    return active
        .identityFor(new KubeClusterName(StoryWorld.KUBE))
        .toCompletableFuture()
        .get(StoryWorld.SOON.toSeconds(), TimeUnit.SECONDS);
  }

  private static Instant end(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant();
  }

  private static Instant in(Duration time) {
    return Instant.now().plus(time).truncatedTo(ChronoUnit.SECONDS);
  }
}
