// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.cluster.storage.MemoryBackend;
import dev.jtsh.pki.HeadlessId;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.protocol.headless.ApprovalFacts;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.tests.fixtures.FakeClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attack 3: the facts of a request are swapped between the look and the tap, or after the tap. */
@Timeout(300)
class Attack03FactsSwapTest {
  private static final int ROUNDS = 10_000;
  private static final InetSocketAddress REMOTE =
      new InetSocketAddress(InetAddress.ofLiteral("198.51.100.20"), 40_000);

  private final FakeClock clock = new FakeClock();
  private final Backend backend = new MemoryBackend(clock);
  private final AuditLog audit = new AuditLog("root", clock, List.of());
  private final HeadlessStore store = new HeadlessStore(backend, clock);
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, AtomicInteger> issuedFor = new ConcurrentHashMap<>();
  private final List<HeadlessRecord> issued =
      java.util.Collections.synchronizedList(new ArrayList<>());
  private final HeadlessLogins logins = open();

  private final HeldKey key = HeldKey.generate(KeyKind.P256);
  private final ByteString ssh =
      ByteString.copyFrom(SshPublicKey.authorizedKeysLine(key.publicKey()));
  private final String id = HeadlessId.of(ssh.toByteArray()).toString();
  private final ByteString tls = AuthFixture.pem(key.publicKey());

  private HeadlessLogins open() {
    var settings = // The number is another attack's business.
        AuthSettings.defaults("root", "localhost")
            .withHeadless(true, AuthSettings.HeadlessApproval.COMPATIBLE, HeadlessLimits.DEFAULT);
    var cache = new AccessCache(backend, clock);
    var roles = new Roles(backend, cache, audit);
    var random = new SecureRandom();
    var users =
        new Users(backend, roles, new Locks(backend, cache, audit, clock), audit, clock, random);
    var wide = // The limits are another attack's business: here no round may end by them.
        new HeadlessLimits(
            Duration.ofMinutes(3),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Integer.MAX_VALUE,
            0,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE);
    return new HeadlessLogins(
        wide,
        new HeadlessClaims(
            settings,
            users,
            new NoAccess(),
            store,
            new Continuations(backend, clock),
            new Suspensions(backend, clock),
            clock,
            random),
        store,
        this::issue,
        backend,
        audit,
        clock,
        executor,
        timer);
  }

  private HeadlessIssuer.Issued issue(HeadlessRecord approved) {
    issuedFor
        .computeIfAbsent(approved.facts().user(), user -> new AtomicInteger())
        .incrementAndGet();
    issued.add(approved);
    return new HeadlessIssuer.Issued(
        new SshLoginResponse(
            approved.facts().user(),
            ByteString.EMPTY,
            ByteString.copyFromUtf8(approved.facts().host()),
            List.of(),
            null),
        clock.instant().plusSeconds(60));
  }

  @AfterEach
  void close() {
    logins.close();
    executor.shutdownNow();
    timer.shutdownNow();
    audit.close();
    backend.close();
    key.close();
  }

  @Test
  void attackerWhoPostsOtherFactsWhileTheUserApprovesWinsNoneOfTenThousandRaces() throws Exception {
    int approved = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String user = "user-" + round;
      store.putStub(user, Duration.ofMinutes(3));
      var start = new CyclicBarrier(3);
      var honest = post(start, user, "honest");
      var attacker = post(start, user, "attacker");
      var approver =
          executor.submit(() -> {
            start.await();
            return approveIfHonest(user, honest);
          });
      approved += approver.get() ? 1 : 0;

      assertThat(attacker.handle((answer, failure) -> answer == null).get(10, TimeUnit.SECONDS))
          .as("round %d: attacker got nothing", round)
          .isTrue();
      honest.handle((answer, failure) -> 0).get(10, TimeUnit.SECONDS);
    }

    assertThat(issued).allSatisfy(record -> assertThat(record.facts().host()).isEqualTo("honest"));
    assertThat(issuedFor.values()).allSatisfy(count -> assertThat(count).hasValue(1));
    assertThat(approved).as("the race was a race: some approvals came first").isPositive();
  }

  @Test
  void secondPostWithOtherFactsDeniesForGood() throws Exception {
    store.putStub("alice", Duration.ofMinutes(3));
    var first =
        logins.submit(request("alice", "honest"), REMOTE, connected()).toCompletableFuture();
    assertThat(first).isNotDone();
    var second =
        logins.submit(request("alice", "other"), REMOTE, connected()).toCompletableFuture();

    assertFailed(second);
    assertFailed(first);
    assertFailed(
        logins.submit(request("alice", "honest"), REMOTE, connected()).toCompletableFuture());
    assertThat(stored("alice").value().state()).isEqualTo(HeadlessRecord.State.DENIED);
    assertThat(store.approve(stored("alice"), approval(), null)).isEmpty();
  }

  @Test
  void conflictBeforeTheUserLooksDeniesWhatIsNotStoredYet() throws Exception {
    var first =
        logins.submit(request("alice", "honest"), REMOTE, connected()).toCompletableFuture();
    var second =
        logins.submit(request("alice", "other"), REMOTE, connected()).toCompletableFuture();
    assertFailed(second);
    assertFailed(first);
    store.putStub("alice", Duration.ofMinutes(3));

    assertFailed(
        logins.submit(request("alice", "honest"), REMOTE, connected()).toCompletableFuture());
    assertThat(issued).isEmpty();
  }

  @Test
  void answerThatAnotherProcessKeepsForOtherFactsIsNotGiven() throws Exception {
    var late = logins.submit(request("alice", "other"), REMOTE, connected()).toCompletableFuture();
    var facts =
        new ApprovalFacts(
            id,
            "alice",
            "198.51.100.20:1",
            ssh,
            tls,
            "honest",
            "deploy",
            List.of("c1"),
            "",
            Duration.ofHours(8),
            clock.instant(),
            true,
            null,
            0);
    store.create(
        HeadlessRecord.pending(
            facts,
            false,
            "digest",
            HeadlessNumber.NONE,
            false,
            null,
            clock.instant().plusSeconds(60)));
    store.approve(stored("alice"), approval(), null);
    Stored<HeadlessRecord> consumed = store.consume(stored("alice")).orElseThrow();
    store.answer(consumed, issue(consumed.value()).response(), clock.instant().plusSeconds(60));
    store.putStub("alice", Duration.ofMinutes(3));

    assertFailed(late);
  }

  @Test
  void sameFactsWaitOnAfterACutAndGetTheOneAnswer() throws Exception {
    store.putStub("alice", Duration.ofMinutes(3));
    var cut = new CompletableFuture<Void>();
    logins.submit(request("alice", "honest"), REMOTE, cut);
    cut.complete(null);
    assertThat(store.approve(stored("alice"), approval(), null)).isPresent();

    List<CompletableFuture<SshLoginResponse>> again = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      again.add(
          logins.submit(request("alice", "honest"), REMOTE, connected()).toCompletableFuture());
    }
    for (var answer : again) {
      assertThat(answer.get(30, TimeUnit.SECONDS).tlsCert().toStringUtf8()).isEqualTo("honest");
    }
    assertThat(issuedFor.get("alice")).hasValue(1);
    // Also after everybody had it; but not with other facts, and not when it has ended.
    assertThat(
            logins
                .submit(request("alice", "honest"), REMOTE, connected())
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .username())
        .isEqualTo("alice");
    assertFailed(
        logins.submit(request("alice", "other"), REMOTE, connected()).toCompletableFuture());
    clock.advance(Duration.ofSeconds(61));
    assertFailed(
        logins.submit(request("alice", "honest"), REMOTE, connected()).toCompletableFuture());
    assertThat(issuedFor.get("alice")).hasValue(1);
  }

  @Test
  void otherTlsKeyUnderTheSameIdIsAConflict() throws Exception {
    store.putStub("alice", Duration.ofMinutes(3));
    var first =
        logins.submit(request("alice", "honest"), REMOTE, connected()).toCompletableFuture();
    HeldKey stolen = HeldKey.generate(KeyKind.P256);
    var swapped =
        HeadlessLoginRequest.withTwoKeys(
            "alice",
            id,
            ssh,
            AuthFixture.pem(stolen.publicKey()),
            Duration.ZERO,
            "",
            facts("honest"));

    assertFailed(logins.submit(swapped, REMOTE, connected()).toCompletableFuture());
    assertFailed(first);
    stolen.close();
  }

  private CompletableFuture<SshLoginResponse> post(CyclicBarrier start, String user, String host) {
    var result = new CompletableFuture<SshLoginResponse>();
    executor.execute(() -> {
      try {
        start.await();
        logins
            .submit(request(user, host), REMOTE, connected())
            .whenComplete((answer, failure) -> {
              if (failure == null) {
                result.complete(answer);
              } else {
                result.completeExceptionally(failure);
              }
            });
      } catch (Exception e) {
        result.completeExceptionally(e);
      }
    });
    return result;
  }

  /** What a careful user does: looks, and approves exactly what was shown if it is honest. */
  private boolean approveIfHonest(String user, CompletableFuture<SshLoginResponse> waiting) {
    while (!waiting.isDone()) { // A request that is denied before it is stored is never seen.
      Optional<Stored<HeadlessRecord>> shown = store.get(HeadlessStore.key(user, id));
      if (shown.isPresent()) {
        return shown.get().value().facts().host().equals("honest")
            && store.approve(shown.get(), approval(), null).isPresent();
      }
      LockSupport.parkNanos(1_000);
    }
    return false;
  }

  private HeadlessRecord.Approval approval() {
    return new HeadlessRecord.Approval("device", "yubi", clock.instant(), "", false);
  }

  private Stored<HeadlessRecord> stored(String user) {
    return store.get(HeadlessStore.key(user, id)).orElseThrow();
  }

  private HeadlessLoginRequest request(String user, String host) {
    return HeadlessLoginRequest.withTwoKeys(user, id, ssh, tls, Duration.ZERO, "", facts(host));
  }

  private static HeadlessFactsJson facts(String host) {
    return new HeadlessFactsJson(
        host, "deploy", List.of("c1"), Map.of(), "", false, "", Duration.ofHours(8));
  }

  private static CompletableFuture<Void> connected() {
    return new CompletableFuture<>();
  }

  private static void assertFailed(CompletableFuture<SshLoginResponse> answer) throws Exception {
    assertThat(
            answer
                .handle((ok, failure) -> failure == null ? "" : failure.toString())
                .get(30, TimeUnit.SECONDS))
        .contains("headless authentication failed");
  }

  /** Users of this test exist nowhere: what is asked for is never resolved. */
  private static final class NoAccess implements AccessView {
    @Override
    public Optional<Role> role(String name) {
      return Optional.empty();
    }

    @Override
    public List<Lock> locks() {
      return List.of();
    }

    @Override
    public List<KubeClusterRecord> kubeClusters() {
      return List.of();
    }
  }
}
