// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.protocol.web.SshLoginResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attack 24: sleeping requests stop everybody, or flood one user. */
@Timeout(120)
class Attack24SleepingPostsTest extends WithAuth {
  private static final int FLOOD = 10_000;

  @Test
  void tenThousandRequestsFromOneNetworkLeaveRoomForAnHonestUser() throws Exception {
    AuthFixture fixture = fixture();
    fixture.enroll("alice", "dev");
    var attacker = fixture.new RemoteBox();
    int waiting = 0;
    for (int i = 0; i < FLOOD; i++) {
      var remote =
          new InetSocketAddress(InetAddress.ofLiteral("203.0.113." + (i % 254 + 1)), 1024 + i);
      var answer =
          fixture
              .auth
              .headless()
              .submit(
                  attacker.request("victim-" + i, facts("c1")), remote, new CompletableFuture<>());
      waiting += answer.toCompletableFuture().isDone() ? 0 : 1;
    }
    assertThat(waiting).isPositive().isLessThanOrEqualTo(HeadlessLimits.DEFAULT.perNetwork());

    long start = System.nanoTime();
    var box = fixture.new RemoteBox();
    var honest = box.post("alice", facts("c1")).toCompletableFuture();
    HeadlessRecord shown = fixture.auth.approvals().get("alice", box.id);

    assertThat(honest).isNotDone();
    assertThat(shown.facts().kubeClusters()).containsExactly("c1");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void oneUserHasFiveWaitersAtMostAndTheOldestStays() throws Exception {
    AuthFixture fixture = fixture();
    fixture.enroll("alice", "dev");
    var first = fixture.new RemoteBox();
    List<CompletableFuture<SshLoginResponse>> answers = new ArrayList<>();
    answers.add(first.post("alice", facts("c1")).toCompletableFuture());
    for (int i = 0; i < 9; i++) {
      answers.add(fixture.new RemoteBox().post("alice", facts("c1")).toCompletableFuture());
    }

    assertThat(answers.stream().filter(a -> !a.isDone())).hasSize(5);
    assertThat(answers.getFirst()).isNotDone();
    assertThat(fixture.auth.approvals().get("alice", first.id).facts().id()).isEqualTo(first.id);
  }

  @Test
  void nothingIsStoredForAUserWhoDoesNotLook() {
    AuthFixture fixture = fixture();
    var box = fixture.new RemoteBox();
    box.post("nobody", facts("c1"));

    assertThat(fixture.backend.range(HeadlessStore.PREFIX, "", 10)).isEmpty();
  }

  @Test
  void requestEndsAfterItsTimeWithTheOneText() throws Exception {
    fixture().close();
    var settings =
        AuthSettings.defaults(AuthFixture.CLUSTER, "localhost")
            .withHeadless(
                true,
                AuthSettings.HeadlessApproval.STRICT,
                HeadlessLimits.DEFAULT.withLifetime(Duration.ofMillis(300)));
    reopen(settings);
    var answer = fixture().new RemoteBox().post("alice", facts("c1")).toCompletableFuture();

    assertThat(answer.handle((ok, failure) -> String.valueOf(failure)).get(30, TimeUnit.SECONDS))
        .contains("headless authentication failed");
  }
}
