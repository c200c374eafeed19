// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.auth.AuthFixture;
import dev.jtsh.cluster.auth.Joins;
import dev.jtsh.cluster.config.HostPort;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.tests.fixtures.FakeClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent's line to auth: its certificate is renewed in time, its view is fresh or nothing. */
@Timeout(120)
class AgentRenewalIT {
  @TempDir Path directory;
  private @org.jspecify.annotations.Nullable AuthFixture opened;
  private AgentIdentity identity;

  @BeforeEach
  void open() throws Exception {
    opened = new AuthFixture(Files.createDirectory(directory.resolve("auth")));
    // Joined half a life ago by the agent's clock, for TLS goes by the real one.
    fixture().clock.advance(Duration.ofDays(-5));
    join();
    fixture().clock.advance(Duration.ofDays(5).minusMinutes(2));
  }

  private void join() throws Exception {
    AuthFixture fixture = fixture();
    var created =
        (Joins.Creation.Created)
            fixture.auth.joins().create(List.of("prod2"), false, Duration.ofMinutes(5));
    HeldKey key = HeldKey.generate(KeyKind.P256);
    var joined =
        (Joins.Joining.Joined)
            fixture
                .auth
                .joins()
                .join(
                    created.token(),
                    key.publicKey(),
                    UUID.randomUUID().toString(),
                    AuthFixture.SERVER);
    Path data = Files.createDirectory(directory.resolve("agent"));
    AgentIdentity.joined(
            data,
            TlsIdentity.of(key, joined.certificate()),
            joined.hostAuthority(),
            joined.userAuthority())
        .close();
    identity = AgentIdentity.load(data).orElseThrow();
  }

  @AfterEach
  void close() {
    identity.close();
    fixture().close();
  }

  private AuthFixture fixture() {
    return Objects.requireNonNull(opened);
  }

  private AuthLink link(RemoteAccess access, BlockingQueue<Integer> views) throws Exception {
    return AuthLink.start(
        identity,
        new HostPort("127.0.0.1", fixture().port()),
        List.of(),
        view -> {
          access.take(view);
          views.add(view.locks().size());
        },
        fixture().clock);
  }

  @Test
  void certificateIsRenewedAtHalfItsLifeAndKeptOnTheDisk() throws Exception {
    X509Certificate first = identity.get().leaf();
    fixture().clock.advance(Duration.ofMinutes(2));
    BlockingQueue<Integer> views = new LinkedBlockingQueue<>();
    try (AuthLink link = link(new RemoteAccess(fixture().clock), views)) {
      assertThat(link).isNotNull();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (identity.get().leaf().equals(first) && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
    X509Certificate second = identity.get().leaf();
    assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
    assertThat(HostIdentity.of(second)).isEqualTo(HostIdentity.of(first));
    Instant longer = first.getNotAfter().toInstant().plus(Duration.ofDays(4));
    assertThat(second.getNotAfter().toInstant()).isAfter(longer);
    assertThat(fixture().auditLines("JT006I")).hasSize(1);
    AgentIdentity read = AgentIdentity.load(directory.resolve("agent")).orElseThrow();
    assertThat(read.get().leaf()).isEqualTo(second);
    read.close();
    try (var files = Files.list(directory.resolve("agent"))) {
      assertThat(files.map(file -> file.getFileName().toString()).toList())
          .filteredOn(name -> name.endsWith(".key"))
          .hasSize(1);
    }
  }

  @Test
  void locksArriveAtOnceAndAnOldViewAllowsNobody() throws Exception {
    FakeClock clock = fixture().clock;
    RemoteAccess access = new RemoteAccess(clock);
    UserIdentity bob = UserIdentity.builder("bob").roles(List.of("dev")).build();
    assertThat(access.role("dev")).as("a cold agent").isEmpty();
    BlockingQueue<Integer> views = new LinkedBlockingQueue<>();
    try (AuthLink link = link(access, views)) {
      assertThat(link).isNotNull();
      assertThat(views.poll(20, TimeUnit.SECONDS)).isZero();
      assertThat(access.role("dev")).isPresent();
      fixture().auth.locks().put(Lock.Kind.USER, "bob", "", null);
      Integer locks = views.poll(30, TimeUnit.SECONDS);
      while (locks != null && locks == 0) {
        locks = views.poll(30, TimeUnit.SECONDS);
      }
      assertThat(locks).isEqualTo(1);
      assertThat(access.lockOn(bob, clock.instant(), clock.instant())).isPresent();
    }
    clock.advance(RemoteAccess.MAX_STALE.minusSeconds(1));
    assertThat(access.role("dev")).isPresent();
    clock.advance(Duration.ofSeconds(2));
    assertThat(access.role("dev")).isEmpty();
    assertThat(access.kubeClusters()).isEmpty();
  }

  @Test
  void auditEventsArriveUnderTheAgentsOwnNameAndOthersAreNotTaken() throws Exception {
    BlockingQueue<Integer> views = new LinkedBlockingQueue<>();
    try (AuthLink link = link(new RemoteAccess(fixture().clock), views)) {
      RemoteAuditSink sink = new RemoteAuditSink(link::emit);
      sink.append(
          fixture().clock.instant(),
          "uid-1",
          json(Map.of("event", "user.login", "code", "T1000I", "user", "forged")));
      sink.append(
          fixture().clock.instant(),
          "uid-2",
          json(Map.of("event", "kube.request", "code", "T3009I", "server_id", "another")));
      sink.close();
    }
    // The first batch was refused as a whole: what an honest agent emits does not stand in one.
    assertThat(fixture().auditLines("T1000I")).noneMatch(line -> line.contains("forged"));
    try (AuthLink link = link(new RemoteAccess(fixture().clock), views)) {
      RemoteAuditSink sink = new RemoteAuditSink(link::emit);
      sink.append(
          fixture().clock.instant(),
          "uid-3",
          json(Map.of("event", "kube.request", "code", "T3009I", "server_id", "another")));
      sink.close();
    }
    assertThat(fixture().auditLines("T3009I"))
        .anyMatch(line ->
            line.contains("uid-3")
                && line.contains("\"server_id\":\"" + identity.host().hostId() + "\"")
                && !line.contains("another"));
  }

  private static byte[] json(Map<String, Object> fields) {
    return dev.jtsh.protocol.json.WireJson.write(fields);
  }
}
