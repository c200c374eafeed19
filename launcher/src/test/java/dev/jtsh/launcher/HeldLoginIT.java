// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.client.Discovery;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.ProfileStore;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.WebClient;
import dev.jtsh.client.WebTrust;
import dev.jtsh.headless.Announcement;
import dev.jtsh.kubeproxy.IdentityUnavailableException;
import dev.jtsh.kubeproxy.RequestDesk;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.grpc.proto.CreateAuthenticateChallengeRequest;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.tests.fixtures.FakeClock;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates by a login on this machine: one call for all who wait, renewed while it lives. */
class HeldLoginIT {
  private static final String KUBE = "kube1";
  private static final long SOON_SECONDS = 30;
  private static final Duration CERTIFICATE_LIFE = Duration.ofMinutes(20);

  @TempDir Path home;
  private final FakeAuth auth = new FakeAuth();
  private final FakeClock clock = new FakeClock(Instant.now());
  private final List<String> said = new CopyOnWriteArrayList<>();
  private FakeCluster cluster;
  private WebClient web;
  private ProfileStore profiles;

  @BeforeEach
  void start() throws Exception {
    cluster = FakeCluster.start("root", auth);
    cluster.web().on("/webapi/ping/local", call -> WebReply.json(cluster.ping("17.0.0")));
    UserIdentity alice = cluster.user("alice");
    auth.certifyWith((request, key) ->
        Pem.encode(
            cluster
                .userAuthority()
                .issueUser(
                    alice.toBuilder()
                        .usage(List.of(UserIdentity.USAGE_KUBE))
                        .kubernetesCluster(request.getKubernetesCluster())
                        .build(),
                    key,
                    Instant.now().minusSeconds(60),
                    clock.instant().plus(CERTIFICATE_LIFE))));
    web =
        new WebClient(
            WebTrust.of(List.of(cluster.webAuthority().certificate())), InstantSource.system());
    profiles = new ProfileStore(home.resolve("tsh"));
    logIn(Duration.ofHours(1));
  }

  @AfterEach
  void stop() throws IOException {
    web.close();
    cluster.close();
  }

  private Discovery discovery() throws Exception {
    return web.ping(ProxyAddress.parse(cluster.hostPort()), "local");
  }

  private void logIn(Duration length) throws Exception {
    HeldKey key = HeldKey.generate(KeyKind.P256);
    try (LoginCredentials login =
        LoginCredentials.of(
            cluster.login(cluster.user("alice"), key.publicKey(), length, null), "alice", key)) {
      profiles.save(login, discovery(), Optional.empty());
    }
  }

  private HeldLogin held() throws Exception {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Outside outside =
        new Outside(
            clock,
            Map.of(),
            new Console(nowhere, nowhere),
            new ByteArrayInputStream(new byte[0]),
            prompt -> {
              throw new IOException("no password in this test");
            },
            false,
            home,
            "Linux",
            new SecureRandom(),
            List.of(),
            () -> 0);
    try (LoginCredentials login = profiles.load(profiles.forProxy("localhost").orElseThrow())) {
      KubeFacts facts =
          new KubeFacts(
              discovery(),
              "alice",
              "root",
              login.trustAnchors(),
              List.of(new KubeClusterName(KUBE)),
              login.certificate().getNotAfter().toInstant());
      return new HeldLogin(
          outside, web.network(), profiles, facts, Optional.empty(), voice(), RequestDesk.NONE);
    }
  }

  private ApprovalRequests.Voice voice() {
    return new ApprovalRequests.Voice() {
      @Override
      public void announce(Announcement announcement) {}

      @Override
      public void number(int number) {}

      @Override
      public void say(SafeText line) {
        said.add(line.toString());
      }
    };
  }

  private static TlsIdentity get(HeldLogin login) throws Exception {
    return login.identityFor(KUBE).toCompletableFuture().get(SOON_SECONDS, TimeUnit.SECONDS);
  }

  private static void assertRefused(HeldLogin login, String text) {
    assertThatThrownBy(() -> get(login))
        .isInstanceOf(ExecutionException.class)
        .rootCause()
        .isInstanceOf(IdentityUnavailableException.class)
        .hasMessageContaining(text);
  }

  private int certificatesAsked() {
    return auth.requests(UserCertsRequest.class).size();
  }

  @Test
  void manyRequestsAtFirstUseMakeOneCertificate() throws Exception {
    try (HeldLogin login = held()) {
      assertThat(certificatesAsked()).as("before the first use").isZero();
      List<CompletableFuture<TlsIdentity>> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        answers.add(login.identityFor(KUBE).toCompletableFuture());
      }
      for (CompletableFuture<TlsIdentity> answer : answers) {
        assertThat(answer.get(SOON_SECONDS, TimeUnit.SECONDS)).isSameAs(get(login));
      }
      assertThat(certificatesAsked()).isEqualTo(1);
      assertThat(auth.requests(UserCertsRequest.class).getFirst().getRequesterName())
          .isEqualTo(UserCertsRequest.Requester.TSH_KUBE_LOCAL_PROXY);
      assertThat(login.pending()).isEmpty();
    }
  }

  @Test
  void beforeItsEndACertificateIsRenewedAndNobodyWaits() throws Exception {
    try (HeldLogin login = held()) {
      TlsIdentity first = get(login);
      clock.advance(CERTIFICATE_LIFE.minusMinutes(2));

      assertThat(login.identityFor(KUBE).toCompletableFuture()).isCompletedWithValue(first);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SOON_SECONDS);
      while (get(login) == first && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertThat(get(login)).isNotSameAs(first);
      assertThat(certificatesAsked()).isEqualTo(2);
    }
  }

  @Test
  void withTheLoginAccessEndsAndANewerLoginGoesOn() throws Exception {
    try (HeldLogin login = held()) {
      get(login);
      clock.advance(Duration.ofHours(2));
      assertRefused(login, "the login of alice has ended: run `jtsh login`");
      login.renewNow();
      assertThat(login.refused().orElseThrow().toString()).contains("jtsh login");

      logIn(Duration.ofHours(5));
      login.renewNow();
      assertThat(login.refused()).isEmpty();
      assertThat(login.end()).isAfter(clock.instant().plus(Duration.ofHours(2)));
      assertThat(get(login).leaf().getNotAfter().toInstant()).isAfter(clock.instant());
    }
  }

  @Test
  void aMissedTouchIsNotAskedForAgainByItself() throws Exception {
    auth.requireMfa();
    try (HeldLogin login = held()) {
      assertRefused(login, "MFA is required to access Kubernetes cluster \"kube1\"");
      clock.advance(Duration.ofMinutes(10));
      assertRefused(login, "`jtsh renew` asks again");
      assertThat(auth.requests(CreateAuthenticateChallengeRequest.class)).hasSize(1);
      assertThat(said).hasSize(1).first().asString().contains("Tap any security key");

      login.renewNow();
      assertRefused(login, "MFA is required");
      assertThat(auth.requests(CreateAuthenticateChallengeRequest.class)).hasSize(2);
      assertThat(certificatesAsked()).isZero();
    }
  }
}
