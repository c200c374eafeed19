// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.WebClient;
import dev.jtsh.client.WebTrust;
import dev.jtsh.headless.ActivationOutcome;
import dev.jtsh.headless.ActiveSession;
import dev.jtsh.headless.Announcement;
import dev.jtsh.headless.HeadlessOutcome;
import dev.jtsh.headless.HeadlessRequest;
import dev.jtsh.headless.HeadlessSession;
import dev.jtsh.headless.HeadlessTiming;
import dev.jtsh.kubeproxy.IdentityUnavailableException;
import dev.jtsh.kubeproxy.RequestDesk;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.tests.fixtures.FakeClock;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One approval at the end of access for all who wait, and none that nobody asked for. */
class LiveSessionIT {
  private static final KubeClusterName KUBE = new KubeClusterName("kube1");
  private static final int REQUESTS = 40;
  private static final long SOON_SECONDS = 30;

  private final FakeAuth auth = new FakeAuth();
  private final FakeClock clock = new FakeClock(Instant.now());
  private final AtomicInteger asked = new AtomicInteger();
  private final CompletableFuture<ApprovalRequests.Result> decision = new CompletableFuture<>();
  private FakeCluster cluster;
  private WebClient web;

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start("root", auth);
    auth.addKubeServers(List.of("kube1"));
    auth.certifyWith(FakeAuth.kubeCertifier(cluster.userAuthority(), cluster.user("alice")));
    cluster.web().on("/webapi/ping/headless", call -> WebReply.json(cluster.ping("17.0.0")));
    cluster
        .web()
        .on(
            "/webapi/headless/login",
            call ->
                WebReply.json(
                    cluster.login(
                        cluster.user("alice"),
                        call.as(HeadlessLoginRequest.class).keys().ssh(),
                        Duration.ofMinutes(1),
                        null)));
    web =
        new WebClient(
            WebTrust.of(List.of(cluster.webAuthority().certificate())), InstantSource.system());
  }

  @AfterEach
  void stop() throws IOException {
    web.close();
    cluster.close();
  }

  private ActiveSession approved() throws Exception {
    HeadlessRequest request =
        new HeadlessRequest(
            "alice", List.of(KUBE), Map.of(), "", false, "", Duration.ofHours(1), "host", "me");
    try (HeadlessSession session =
        HeadlessSession.request(
            web,
            web.ping(ProxyAddress.parse(cluster.hostPort()), "headless"),
            request,
            HeadlessTiming.STANDARD,
            InstantSource.system(),
            new SplittableRandom(1))) {
      assertThat(session.await((cause, pause) -> {})).isInstanceOf(HeadlessOutcome.Approved.class);
      ActivationOutcome outcome = session.activate(failure -> {});
      assertThat(outcome).isInstanceOf(ActivationOutcome.Active.class);
      return ((ActivationOutcome.Active) outcome).session();
    }
  }

  private LiveSession live(LiveSession.AtEnd atEnd) throws Exception {
    Renewals renewals =
        (previous, voice) -> {
          asked.incrementAndGet();
          return decision.join();
        };
    ApprovalRequests.Voice silent =
        new ApprovalRequests.Voice() {
          @Override
          public void announce(Announcement announcement) {}

          @Override
          public void number(int number) {}

          @Override
          public void say(SafeText line) {}
        };
    return new LiveSession(approved(), renewals, atEnd, silent, RequestDesk.NONE, clock);
  }

  /** From as many threads as there are requests, all at once. */
  private static List<CompletableFuture<TlsIdentity>> ask(LiveSession live) throws Exception {
    List<CompletableFuture<TlsIdentity>> answers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      CompletableFuture<TlsIdentity> answer = new CompletableFuture<>();
      answers.add(answer);
      threads.add(
          Thread.ofVirtual()
              .start(() ->
                  live.identityFor(KUBE.value())
                      .whenComplete((identity, failure) -> {
                        if (failure == null) {
                          answer.complete(identity);
                        } else {
                          answer.completeExceptionally(failure);
                        }
                      })));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return answers;
  }

  private static void assertEnded(CompletableFuture<TlsIdentity> answer) {
    assertThatThrownBy(() -> answer.get(SOON_SECONDS, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .rootCause()
        .isInstanceOf(IdentityUnavailableException.class)
        .hasMessageContaining("jtsh renew");
  }

  @Test
  void manyRequestsAtTheEndMakeOneRequestForApproval() throws Exception {
    try (LiveSession live = live(LiveSession.AtEnd.ASK)) {
      TlsIdentity first = live.identityFor(KUBE.value()).toCompletableFuture().get();
      clock.advance(Duration.ofHours(2));

      List<CompletableFuture<TlsIdentity>> answers = ask(live);
      assertThat(live.waiting()).isEqualTo(REQUESTS);
      assertThat(answers).noneMatch(CompletableFuture::isDone);
      decision.complete(new ApprovalRequests.Result.Opened("id", approved()));

      for (CompletableFuture<TlsIdentity> answer : answers) {
        assertThat(answer.get(SOON_SECONDS, TimeUnit.SECONDS).key()).isNotSameAs(first.key());
      }
      assertThat(asked).hasValue(1);
      assertThat(live.waiting()).isZero();
    }
  }

  @Test
  void afterARefusalNobodyIsAskedAgainUnlessAPersonWantsIt() throws Exception {
    try (LiveSession live = live(LiveSession.AtEnd.ASK)) {
      clock.advance(Duration.ofHours(2));
      List<CompletableFuture<TlsIdentity>> answers = ask(live);
      decision.complete(
          new ApprovalRequests.Result.Refused(
              ExitCode.DENIED, SafeText.literal("denied"), SafeText.empty()));
      answers.forEach(LiveSessionIT::assertEnded);
      ask(live).forEach(LiveSessionIT::assertEnded);
      assertThat(asked).hasValue(1);

      live.renew();
      ask(live).forEach(LiveSessionIT::assertEnded);
      assertThat(asked).hasValue(2);
    }
  }

  @Test
  void closingEndsTheWait() throws Exception {
    LiveSession live = live(LiveSession.AtEnd.ASK);
    clock.advance(Duration.ofHours(2));
    List<CompletableFuture<TlsIdentity>> answers = ask(live);
    live.close();
    answers.forEach(LiveSessionIT::assertEnded);
    decision.complete(
        new ApprovalRequests.Result.Refused(
            ExitCode.DENIED, SafeText.literal("over"), SafeText.empty()));
  }
}
