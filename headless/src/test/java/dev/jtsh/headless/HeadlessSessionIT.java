// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.WebClient;
import dev.jtsh.client.WebTrust;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.grpc.proto.ListResourcesRequest;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.GrantJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.PingResponse;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.tests.fixtures.FakeClock;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebCall;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import io.grpc.Status;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(90)
class HeadlessSessionIT {
  private static final String TELEPORT = "17.2.0";
  private static final String OURS = "17.2.0+jtsh";
  private static final String PATH = "/webapi/headless/login";
  private static final KubeClusterName KUBE1 = new KubeClusterName("kube1");
  private static final KubeClusterName KUBE2 = new KubeClusterName("kube2");

  /** Long enough that nothing times out by chance. */
  private static final HeadlessTiming PATIENT =
      new HeadlessTiming(
          Duration.ofSeconds(60),
          Duration.ofSeconds(1),
          Duration.ofMillis(20),
          Duration.ofMillis(100));

  private static final HeadlessTiming SHORT =
      new HeadlessTiming(
          Duration.ofMillis(1500),
          Duration.ofMillis(500),
          Duration.ofMillis(20),
          Duration.ofMillis(100));

  private final FakeAuth auth = new FakeAuth();
  private final FakeClock clock = new FakeClock(Instant.now());
  private final List<String> sentAgain = new ArrayList<>();
  private final List<NoCertificateException> lost = new CopyOnWriteArrayList<>();
  private FakeCluster cluster;
  private WebClient web;

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start("root", auth);
    auth.addKubeServers(List.of("kube2", "kube1", "kube1"));
    auth.certifyWith(FakeAuth.kubeCertifier(cluster.userAuthority(), cluster.user("alice")));
    web =
        new WebClient(
            WebTrust.of(List.of(cluster.webAuthority().certificate())), InstantSource.system());
  }

  @AfterEach
  void stop() throws Exception {
    web.close();
    cluster.close();
  }

  @Test
  void approvedRequestBecomesASessionWithACertificatePerCluster() throws Exception {
    cluster.web().on(PATH, this::approve);
    HeadlessSession session = session(TELEPORT, names(KUBE1, KUBE2), PATIENT);

    assertThat(session.await(this::note)).isInstanceOf(HeadlessOutcome.Approved.class);
    try (ActiveSession active = active(session)) {
      assertThat(active.kubeClusters()).containsExactly(KUBE1, KUBE2);
      TlsIdentity one = identity(active, KUBE1);
      TlsIdentity two = identity(active, KUBE2);
      assertThat(UserIdentity.of(two.leaf()).kubernetesCluster()).contains("kube2");
      assertThat(UserIdentity.of(one.leaf()).kubernetesCluster()).contains("kube1");
      assertThat(active.notAfter()).isAfter(Instant.now().plus(Duration.ofMinutes(50)));
      assertThat(active.hostAuthorities().certificates())
          .containsExactly(cluster.hostAuthority().certificate());
    }
    assertThat(session.state()).isEqualTo(HeadlessSession.State.ACTIVE);
    assertThat(auth.requests(UserCertsRequest.class))
        .allSatisfy(request -> {
          assertThat(request.getRequesterName())
              .isEqualTo(UserCertsRequest.Requester.TSH_KUBE_LOCAL_PROXY_HEADLESS);
          assertThat(request.getUsage()).isEqualTo(UserCertsRequest.CertUsage.KUBERNETES);
        });
  }

  @Test
  void linkIsKnownBeforeTheClusterIsAsked() throws Exception {
    HeadlessSession session = session(TELEPORT, names(KUBE1), PATIENT);

    Announcement announcement = session.announcement();
    assertThat(cluster.web().calls(PATH)).isEmpty();
    assertThat(announcement.link())
        .isEqualTo("https://" + cluster.hostPort() + "/web/headless/" + announcement.id());
    assertThat(announcement.approveCommand())
        .isEqualTo(
            "jtsh headless approve --user=alice --proxy=%s %s"
                .formatted(cluster.hostPort(), announcement.id()));
    session.close();
  }

  @Test
  void denialIsADenial() throws Exception {
    var decided = new CountDownLatch(1);
    cluster
        .web()
        .on(
            PATH,
            call -> {
              decided.await();
              return WebReply.error(403, "headless authentication failed");
            });
    HeadlessSession session = session(TELEPORT, names(KUBE1), PATIENT);
    Thread.ofVirtual()
        .start(() -> {
          while (cluster.web().calls(PATH).isEmpty()) {
            Thread.onSpinWait();
          }
          decided.countDown();
        });

    assertThat(session.await(this::note)).isInstanceOf(HeadlessOutcome.Denied.class);
    assertThat(session.state()).isEqualTo(HeadlessSession.State.ENDED);
  }

  @Test
  void sameWordsAtTheEndOfTheTimeMeanTimedOut() throws Exception {
    cluster
        .web()
        .on(
            PATH,
            call -> {
              clock.advance(Duration.ofSeconds(179));
              return WebReply.error(403, "headless authentication failed");
            });

    assertThat(session(TELEPORT, names(KUBE1), HeadlessTiming.STANDARD).await(this::note))
        .isInstanceOf(HeadlessOutcome.TimedOut.class);
  }

  @Test
  void tlsRecordBrokenAtTheEndOfTheTimeMeansTimedOut() throws Exception {
    cluster
        .web()
        .on(
            PATH,
            call -> {
              clock.advance(Duration.ofSeconds(179));
              cluster.router().breakTls();
              return never();
            });

    assertThat(session(TELEPORT, names(KUBE1), HeadlessTiming.STANDARD).await(this::note))
        .isInstanceOf(HeadlessOutcome.TimedOut.class);
  }

  @Test
  void silenceUntilTheEndMeansTimedOut() throws Exception {
    cluster.web().on(PATH, call -> never());

    assertThat(session(TELEPORT, names(KUBE1), SHORT, InstantSource.system()).await(this::note))
        .isInstanceOf(HeadlessOutcome.TimedOut.class);
    assertThat(cluster.web().calls(PATH)).hasSize(1);
  }

  @Test
  void brokenRecordBeforeTheEndIsALostConnectionOnTeleport() throws Exception {
    cluster
        .web()
        .on(
            PATH,
            call -> {
              cluster.router().breakTls();
              return never();
            });

    assertThat(session(TELEPORT, names(KUBE1), PATIENT).await(this::note))
        .isInstanceOf(HeadlessOutcome.ConnectionLost.class);
    assertThat(cluster.web().calls(PATH)).hasSize(1);
  }

  @Test
  void cutConnectionIsFinalOnTeleport() throws Exception {
    cluster.web().on(PATH, call -> WebReply.CUT);

    HeadlessOutcome outcome = session(TELEPORT, names(KUBE1), PATIENT).await(this::note);

    assertThat(outcome).isInstanceOf(HeadlessOutcome.ConnectionLost.class);
    assertThat(outcome.message().toString()).contains("the link above is dead");
    assertThat(cluster.web().calls(PATH)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 502, 503, 504})
  void jtshClusterIsAskedAgainWithTheSameIdUntilItDecides(int status) throws Exception {
    var count = new AtomicInteger();
    cluster
        .web()
        .on(
            PATH,
            call -> {
              if (count.incrementAndGet() <= 3) {
                return status == 0 ? WebReply.CUT : WebReply.text(status, "<html>balancer");
              }
              return approve(call);
            });
    HeadlessSession session = session(OURS, names(KUBE1), PATIENT);

    assertThat(session.await(this::note)).isInstanceOf(HeadlessOutcome.Approved.class);
    assertThat(cluster.web().calls(PATH))
        .hasSize(4)
        .extracting(call -> call.as(HeadlessLoginRequest.class).headlessId())
        .containsOnly(session.announcement().id());
    assertThat(sentAgain).hasSize(3);
    session.close();
  }

  @Test
  void balancerThatCutsEveryConnectionWhileWaitingDoesNotBreakTheWait() throws Exception {
    var count = new AtomicInteger();
    cluster
        .web()
        .on(
            PATH,
            call -> {
              if (count.incrementAndGet() < 4) {
                cluster.router().cutAll();
                return never();
              }
              return approve(call);
            });
    HeadlessSession session = session(OURS, names(KUBE1), PATIENT);

    assertThat(session.await(this::note)).isInstanceOf(HeadlessOutcome.Approved.class);
    session.close();
  }

  @Test
  void sendingAgainEndsWithTheTimeOfTheRequest() throws Exception {
    cluster.web().on(PATH, call -> WebReply.CUT);

    assertThat(session(OURS, names(KUBE1), SHORT, InstantSource.system()).await(this::note))
        .isInstanceOf(HeadlessOutcome.TimedOut.class);
    assertThat(sentAgain).isNotEmpty();
  }

  @Test
  void refusalIsNotSentAgain() throws Exception {
    cluster.web().on(PATH, call -> WebReply.error(429, "too many in-flight requests"));

    HeadlessOutcome outcome = session(OURS, names(KUBE1), PATIENT).await(this::note);

    assertThat(outcome).isInstanceOf(HeadlessOutcome.Failed.class);
    assertThat(outcome.kind()).isEqualTo(ErrorKind.LIMIT_EXCEEDED);
    assertThat(cluster.web().calls(PATH)).hasSize(1);
  }

  @Test
  void clusterWithoutHeadlessIsNotAsked() throws Exception {
    PingResponse ping = cluster.ping(TELEPORT);
    PingResponse off =
        PingResponse.of(
            PingResponse.Auth.localWebauthn("local", "localhost", false, Duration.ofHours(12)),
            ping.proxy(),
            TELEPORT,
            "16.0.0",
            "root");
    cluster.web().on("/webapi/ping/headless", call -> WebReply.json(off));

    assertThatThrownBy(() -> session(discover(), names(KUBE1), PATIENT))
        .isInstanceOf(ClientException.NotOffered.class)
        .hasMessage("headless disallowed by cluster settings");
  }

  @Test
  void allMeansEveryClusterListed() throws Exception {
    cluster.web().on(PATH, this::approve);
    HeadlessSession session = session(TELEPORT, all(), PATIENT);
    session.await(this::note);

    try (ActiveSession active = active(session)) {
      assertThat(active.kubeClusters()).containsExactly(KUBE1, KUBE2);
    }
  }

  @Test
  void unknownClusterIsNamed() throws Exception {
    cluster.web().on(PATH, this::approve);
    HeadlessSession session = session(TELEPORT, names(new KubeClusterName("nowhere")), PATIENT);
    session.await(this::note);

    ActivationOutcome.Failed failed = failed(session);
    assertThat(failed.kind()).isEqualTo(ErrorKind.NOT_FOUND);
    assertThat(failed.message().toString()).contains("\"nowhere\" not found");
    assertThat(auth.requests(UserCertsRequest.class)).isEmpty();
  }

  @Test
  void sessionMfaIsSaidInsteadOfAUselessCertificate() throws Exception {
    auth.requireMfa();
    cluster.web().on(PATH, this::approve);
    HeadlessSession session = session(TELEPORT, names(KUBE1), PATIENT);
    session.await(this::note);

    assertThat(failed(session).message().toString()).startsWith("MFA is required");
  }

  @Test
  void roleWithoutKubernetesIsSaid() throws Exception {
    UserIdentity powerless =
        UserIdentity.builder("alice").roles(List.of("access")).teleportCluster("root").build();
    auth.certifyWith(FakeAuth.kubeCertifier(cluster.userAuthority(), powerless));
    cluster.web().on(PATH, this::approve);
    HeadlessSession session = session(TELEPORT, names(KUBE1), PATIENT);
    session.await(this::note);

    ActivationOutcome.Failed failed = failed(session);
    assertThat(failed.kind()).isEqualTo(ErrorKind.ACCESS_DENIED);
    assertThat(failed.message().toString()).contains("role does not allow Kubernetes access");
  }

  @Test
  void attack01CertificateThatIsMoreThanAskedForIsNotUsed() throws Exception {
    cluster.web().on(PATH, this::approve);
    auth.certifyWith((request, key) ->
        Pem.encode(
            cluster
                .userAuthority()
                .issueUser(
                    cluster.user("alice"),
                    key,
                    Instant.now().minusSeconds(60),
                    Instant.now().plus(Duration.ofHours(1)))));
    HeadlessSession session = session(TELEPORT, names(KUBE1), PATIENT);
    session.await(this::note);

    assertThat(failed(session).message().toString()).contains("is not what was asked for");
  }

  @Test
  void grantDecidesWhichClustersAndNothingElseIsAsked() throws Exception {
    var grant = new GrantJson("id", List.of("kube1"), Instant.now().plus(Duration.ofHours(1)));
    cluster.web().on(PATH, call -> WebReply.json(login(call, grant)));
    HeadlessSession session = session(OURS, all(), PATIENT);
    session.await(this::note);

    try (ActiveSession active = active(session)) {
      assertThat(active.kubeClusters()).containsExactly(KUBE1);
    }
    assertThat(auth.requests(ListResourcesRequest.class)).isEmpty();
  }

  @Test
  void attack01CertificateThatOutlivesTheGrantIsNotUsed() throws Exception {
    var grant = new GrantJson("id", List.of("kube1"), Instant.now().plus(Duration.ofMinutes(5)));
    cluster.web().on(PATH, call -> WebReply.json(login(call, grant)));
    HeadlessSession session = session(OURS, names(KUBE1), PATIENT);
    session.await(this::note);

    assertThat(failed(session).message().toString()).contains("is not what was asked for");
  }

  @Test
  void authThatHangsUpIsAFinalError() throws Exception {
    cluster.web().on(PATH, this::approve);
    HeadlessSession session = session(TELEPORT, names(KUBE1), PATIENT);
    session.await(this::note);
    cluster.router().hangUpOnAuth();

    assertThat(session.activate(lost::add)).isInstanceOf(ActivationOutcome.Failed.class);
    assertThat(session.state()).isEqualTo(HeadlessSession.State.ENDED);
  }

  @Test
  void keyOfTheLoginIsGoneAfterTheTrade() throws Exception {
    cluster.web().on(PATH, this::approve);
    HeadlessSession session = session(TELEPORT, names(KUBE1), PATIENT);
    var approved = (HeadlessOutcome.Approved) session.await(this::note);
    active(session).close();

    // The end of the trade follows the first certificate.
    while (!loginKeyIsGone(approved)) {
      Thread.onSpinWait();
    }
  }

  private static boolean loginKeyIsGone(HeadlessOutcome.Approved approved) {
    try {
      approved.credentials().key().sign("SHA256withECDSA", new byte[] {1});
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  @Test
  void closedSessionHasNoUsableKey() throws Exception {
    cluster.web().on(PATH, this::approve);
    HeadlessSession session = session(TELEPORT, names(KUBE1), PATIENT);
    session.await(this::note);
    ActiveSession active = active(session);
    TlsIdentity identity = identity(active, KUBE1);
    active.close();

    assertThatThrownBy(() -> identity.key().sign("SHA256withECDSA", new byte[] {1}))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sessionIsThereWithTheFirstCertificateWhileOthersFollow() throws Exception {
    var release = new CountDownLatch(1);
    auth.certifyWith((request, key) -> {
      if (!request.getKubernetesCluster().equals("kube2")) {
        awaitQuietly(release);
      }
      return issue(request, key);
    });
    cluster.web().on(PATH, this::approve);
    HeadlessSession session = session(TELEPORT, names(KUBE2, KUBE1), PATIENT);
    session.await(this::note);

    try (ActiveSession active = active(session)) {
      assertThat(active.pending()).containsExactly(KUBE1);
      release.countDown();
      assertThat(UserIdentity.of(identity(active, KUBE1).leaf()).kubernetesCluster())
          .contains("kube1");
      assertThat(active.pending()).isEmpty();
    }
  }

  @Test
  void clusterThatFailsIsNamedAndHarmsNoOther() throws Exception {
    auth.certifyWith((request, key) -> {
      if (request.getKubernetesCluster().equals("kube1")) {
        throw Status.PERMISSION_DENIED.withDescription("not on Saturdays").asRuntimeException();
      }
      return issue(request, key);
    });
    cluster.web().on(PATH, this::approve);
    HeadlessSession session = session(TELEPORT, names(KUBE1, KUBE2), PATIENT);
    session.await(this::note);

    try (ActiveSession active = active(session)) {
      assertThat(identity(active, KUBE2)).isNotNull();
      assertThatThrownBy(() -> identity(active, KUBE1))
          .hasCauseInstanceOf(NoCertificateException.class);
    }
    assertThat(lost)
        .singleElement()
        .satisfies(failure -> {
          assertThat(failure.kubeCluster()).isEqualTo(KUBE1);
          assertThat(failure).hasMessageContaining("kube1").hasMessageContaining("Saturdays");
        });
  }

  @Test
  void fiveHundredClustersComeFromOneApproval() throws Exception {
    var grant = new GrantJson("id", manyNames(500), Instant.now().plus(Duration.ofHours(2)));
    cluster.web().on(PATH, call -> WebReply.json(login(call, grant)));
    HeadlessSession session = session(OURS, all(), PATIENT);
    session.await(this::note);

    try (ActiveSession active = active(session)) {
      assertThat(active.kubeClusters()).hasSize(500);
      for (KubeClusterName name : active.kubeClusters()) {
        assertThat(UserIdentity.of(identity(active, name).leaf()).kubernetesCluster())
            .contains(name.value());
      }
    }
    assertThat(cluster.web().calls(PATH)).hasSize(1);
    assertThat(lost).isEmpty();
  }

  private static List<String> manyNames(int count) {
    return IntStream.range(0, count).mapToObj("many%03d"::formatted).toList();
  }

  private String issue(UserCertsRequest request, PublicKey key) {
    return FakeAuth.kubeCertifier(cluster.userAuthority(), cluster.user("alice"))
        .certificate(request, key);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static TlsIdentity identity(ActiveSession session, KubeClusterName name)
      throws Exception {
    return session.identityFor(name).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private HeadlessSession session(String version, HeadlessRequest request, HeadlessTiming timing)
      throws ClientException {
    cluster.web().on("/webapi/ping/headless", call -> WebReply.json(cluster.ping(version)));
    return session(discover(), request, timing);
  }

  private HeadlessSession session(
      String version, HeadlessRequest request, HeadlessTiming timing, InstantSource time)
      throws ClientException {
    cluster.web().on("/webapi/ping/headless", call -> WebReply.json(cluster.ping(version)));
    return HeadlessSession.request(web, discover(), request, timing, time, new SplittableRandom(1));
  }

  private HeadlessSession session(
      Discovery discovery, HeadlessRequest request, HeadlessTiming timing) throws ClientException {
    return HeadlessSession.request(web, discovery, request, timing, clock, new SplittableRandom(1));
  }

  private Discovery discover() throws ClientException {
    return web.ping(ProxyAddress.parse(cluster.hostPort()), "headless");
  }

  private void note(SafeText cause, Duration pause) {
    sentAgain.add(cause + " " + pause);
  }

  private WebReply approve(WebCall call) {
    return WebReply.json(login(call, null));
  }

  private SshLoginResponse login(WebCall call, @Nullable GrantJson grant) {
    return cluster.login(
        cluster.user("alice"),
        call.as(HeadlessLoginRequest.class).keys().ssh(),
        Duration.ofMinutes(1),
        grant);
  }

  /** Blocks until the test is over; the connection goes before. */
  private static WebReply never() throws InterruptedException {
    new CountDownLatch(1).await();
    return WebReply.CUT;
  }

  private ActiveSession active(HeadlessSession session) {
    ActivationOutcome outcome = session.activate(lost::add);
    assertThat(outcome).isInstanceOf(ActivationOutcome.Active.class);
    return ((ActivationOutcome.Active) outcome).session();
  }

  private ActivationOutcome.Failed failed(HeadlessSession session) {
    ActivationOutcome outcome = session.activate(lost::add);
    assertThat(outcome).isInstanceOf(ActivationOutcome.Failed.class);
    return (ActivationOutcome.Failed) outcome;
  }

  private static HeadlessRequest names(KubeClusterName... names) {
    return request(List.of(names), false);
  }

  private static HeadlessRequest all() {
    return request(List.of(), true);
  }

  private static HeadlessRequest request(List<KubeClusterName> names, boolean all) {
    return new HeadlessRequest(
        "alice", names, Map.of(), "", all, "", Duration.ofHours(1), "box", "alice");
  }
}
