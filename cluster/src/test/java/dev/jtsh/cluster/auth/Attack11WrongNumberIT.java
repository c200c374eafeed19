// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc;
import dev.jtsh.protocol.grpc.proto.PingRequest;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.grpc.types.HeadlessNumberMatch;
import dev.jtsh.protocol.headless.MatchNumber;
import dev.jtsh.protocol.web.HeadlessNumberRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 11: an approver is led to a request that is not the one on his terminal. */
@Timeout(120)
class Attack11WrongNumberIT {
  @TempDir Path directory;

  @Test
  void phishersRequestShowsAnotherNumberAndOneWrongAnswerDeniesIt() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      var alice = fixture.enroll("alice", "dev");
      var approver = alice.connect();
      var hers = fixture.new RemoteBox();
      var forged = fixture.new RemoteBox();
      hers.post("alice", facts("c1"));
      CompletableFuture<SshLoginResponse> stolen =
          forged.post("alice", facts("c1")).toCompletableFuture();
      int onHerTerminal = fixture.shownNumber(hers.id);
      if (onHerTerminal == fixture.shownNumber(forged.id)) {
        return; // One run in 900: nothing to see.
      }
      var shown = alice.look(approver, forged.id);

      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> alice.approve(approver, shown, onHerTerminal))
          .withMessageContaining("not the number on the remote terminal");

      assertThat(failure(stolen)).contains("headless authentication failed");
      assertThatExceptionOfType(StatusRuntimeException.class)
          .as("the right number comes too late")
          .isThrownBy(() -> alice.approve(approver, shown));
      assertThat(fixture.auditLines("JT007W")).hasSize(1);
      assertThat(fixture.auditLines("T1014W")).hasSize(1);
    }
  }

  @Test
  void threeWrongNumbersInAnHourStopHeadlessLoginsOfTheUser() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      var alice = fixture.enroll("alice", "dev");
      var bob = fixture.enroll("bob", "dev");
      var approver = alice.connect();
      for (int i = 0; i < Suspensions.WRONG_NUMBERS_MAX; i++) {
        var box = fixture.new RemoteBox();
        box.post("alice", facts("c1"));
        var shown = alice.look(approver, box.id);
        int wrong = fixture.shownNumber(box.id) == 100 ? 101 : 100;
        assertThatExceptionOfType(StatusRuntimeException.class)
            .isThrownBy(() -> alice.approve(approver, shown, wrong));
      }

      assertThat(failure(fixture.new RemoteBox().post("alice", facts("c1")).toCompletableFuture()))
          .contains("headless authentication failed");
      assertThat(fixture.auditLines("JT008W")).hasSize(1);
      approveNew(fixture, bob, bob.connect());
      var later = connected(alice, Duration.ofHours(2));
      fixture.clock.advance(Duration.ofMinutes(61));
      approveNew(fixture, alice, later);
    }
  }

  /** Its TLS stands when the clock goes on. */
  private static AuthServiceGrpc.AuthServiceBlockingStub connected(
      AuthFixture.Person person, Duration life) {
    var caller = person.connect(life);
    assertThat(caller.ping(PingRequest.getDefaultInstance()).getServerVersion()).isNotEmpty();
    return caller;
  }

  private static void approveNew(
      AuthFixture fixture,
      AuthFixture.Person person,
      AuthServiceGrpc.AuthServiceBlockingStub approver)
      throws Exception {
    var box = fixture.new RemoteBox();
    var answer = box.post(person.name, facts("c1")).toCompletableFuture();
    person.approve(approver, person.look(approver, box.id));
    assertThat(answer.get(20, TimeUnit.SECONDS).username()).isEqualTo(person.name);
  }

  @Test
  void firstRequestFromASourceIsTypedAndTheNextIsPickedFromTheSameSix() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      var alice = fixture.enroll("alice", "dev");
      var approver = alice.connect();
      var first = fixture.new RemoteBox();
      first.post("alice", facts("c1"));
      var typed = alice.look(approver, first.id);
      assertThat(typed.getJtshFacts().getNumberMatch())
          .isEqualTo(HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_TYPE);
      assertThat(typed.getJtshFacts().getNumberChoicesList()).isEmpty();
      assertThat(typed.getJtshFacts().getNumberRequired()).isTrue();
      alice.approve(approver, typed);

      var next = fixture.new RemoteBox();
      next.post("alice", facts("c1"));
      var picked = alice.look(approver, next.id).getJtshFacts();
      assertThat(picked.getNumberMatch()).isEqualTo(HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_PICK);
      assertThat(picked.getNumberChoicesList())
          .hasSize(MatchNumber.CHOICES)
          .doesNotHaveDuplicates()
          .contains(fixture.shownNumber(next.id));
      assertThat(alice.look(approver, next.id).getJtshFacts().getNumberChoicesList())
          .as("looking again tells nothing")
          .isEqualTo(picked.getNumberChoicesList());
    }
  }

  @Test
  void privilegedRoleIsTypedFromAKnownSourceTooAndOtherClustersArePicked() throws Exception {
    var settings =
        AuthSettings.defaults(AuthFixture.CLUSTER, "localhost")
            .withApprovalChecks(new ApprovalChecks(Set.of("prod-admin"), false));
    try (var fixture = new AuthFixture(directory, settings)) {
      fixture
          .auth
          .roles()
          .put(
              Role.named("prod-admin")
                  .withKubernetes(List.of(), List.of("admins"), Map.of("env", List.of("prod"))));
      var alice = fixture.enroll("alice", "dev", "prod-admin");
      var bob = fixture.enroll("bob", "dev");
      var approver = alice.connect();
      approveNew(fixture, alice, approver);
      var bobs = bob.connect();
      approveNew(fixture, bob, bobs);

      assertThat(match(fixture, alice, approver, "c1", "prod"))
          .isEqualTo(HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_TYPE);
      assertThat(match(fixture, alice, approver, "c1"))
          .isEqualTo(HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_PICK);
      assertThat(match(fixture, bob, bobs, "c1", "prod"))
          .as("nothing privileged is given to bob")
          .isEqualTo(HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_PICK);
    }
  }

  private static HeadlessNumberMatch match(
      AuthFixture fixture,
      AuthFixture.Person person,
      AuthServiceGrpc.AuthServiceBlockingStub approver,
      String... clusters) {
    var box = fixture.new RemoteBox();
    box.post(person.name, facts(clusters));
    var facts = person.look(approver, box.id).getJtshFacts();
    assertThat(facts.getNumberChoicesList())
        .hasSize(
            facts.getNumberMatch() == HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_PICK
                ? MatchNumber.CHOICES
                : 0);
    return facts.getNumberMatch();
  }

  @Test
  void approverWithoutANumberIsRefusedByDefaultAndTheRequestWaitsOn() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      var alice = fixture.enroll("alice", "dev");
      var approver = alice.connect();
      var box = fixture.new RemoteBox();
      var answer = box.post("alice", facts("c1")).toCompletableFuture();
      HeadlessAuthentication shown = alice.look(approver, box.id);

      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> alice.approve(approver, shown, 0))
          .withMessageContaining("jtsh headless approve");
      alice.approve(approver, shown);
      assertThat(answer.get(20, TimeUnit.SECONDS).username()).isEqualTo("alice");
    }
  }

  @Test
  void approverWithoutANumberApprovesWhereThePolicyIsCompatible() throws Exception {
    var settings =
        AuthSettings.defaults(AuthFixture.CLUSTER, "localhost")
            .withHeadless(true, AuthSettings.HeadlessApproval.COMPATIBLE, HeadlessLimits.DEFAULT);
    try (var fixture = new AuthFixture(directory, settings)) {
      var alice = fixture.enroll("alice", "dev");
      var approver = alice.connect();
      var box = fixture.new RemoteBox();
      var answer = box.post("alice", facts("c1")).toCompletableFuture();
      var shown = alice.look(approver, box.id);
      assertThat(shown.getJtshFacts().getNumberRequired()).isFalse();
      alice.approve(approver, shown, 0);

      assertThat(answer.get(20, TimeUnit.SECONDS).username()).isEqualTo("alice");
    }
  }

  @Test
  void requestIsShownToNobodyBeforeItsNumberIsSettled() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      fixture.enroll("alice", "dev");
      var box = fixture.new RemoteBox();
      fixture
          .auth
          .headless()
          .submit(box.request("alice", facts("c1")), AuthFixture.SERVER, new CompletableFuture<>());
      var looking =
          CompletableFuture.supplyAsync(() -> fixture.auth.approvals().get("alice", box.id));
      while (fixture.backend.range(HeadlessStore.PREFIX, "", 10).isEmpty()) {
        Thread.onSpinWait(); // Until the user looks.
      }
      var ask = new HeadlessNumberRequest("alice", box.id, ByteString.EMPTY);
      var other = ByteString.copyFrom(new byte[MatchNumber.PART_BYTES]);
      assertThat(fixture.auth.headlessNumber(ask).nonce().size()).isEqualTo(32);
      assertThatExceptionOfType(WireException.class)
          .as("a part that was not committed to")
          .isThrownBy(
              () -> fixture.auth.headlessNumber(new HeadlessNumberRequest("alice", box.id, other)))
          .matches(e -> e.kind() == ErrorKind.ACCESS_DENIED);
      assertThat(fixture.backend.range(HeadlessStore.PREFIX + "alice/" + box.id, "", 10)).isEmpty();
      box.agreeOnNumber("alice", facts("c1"));

      assertThat(looking.get(20, TimeUnit.SECONDS).number().value())
          .isEqualTo(fixture.shownNumber(box.id));
    }
  }

  @Test
  void reportSuspendsThatSourceForThatUserOnly() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      var alice = fixture.enroll("alice", "dev");
      var bob = fixture.enroll("bob", "dev");
      var approver = alice.connect();
      var box = fixture.new RemoteBox();
      box.post("alice", facts("c1"));
      alice.look(approver, box.id);
      approver.updateHeadlessAuthenticationState(
          dev.jtsh.protocol.grpc.proto.UpdateHeadlessAuthenticationStateRequest.newBuilder()
              .setId(box.id)
              .setState(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_DENIED)
              .setJtshReport(true)
              .build());

      assertThat(fixture.auditLines("JT009W")).hasSize(1);
      assertThat(failure(fixture.new RemoteBox().post("alice", facts("c1")).toCompletableFuture()))
          .contains("headless authentication failed");
      approveNew(fixture, bob, bob.connect());
      var later = connected(alice, Duration.ofHours(27));
      fixture.clock.advance(Duration.ofHours(25));
      approveNew(fixture, alice, later);
    }
  }

  private static String failure(CompletableFuture<SshLoginResponse> answer) throws Exception {
    return answer
        .handle((ok, failure) -> failure == null ? "no failure" : failure.toString())
        .get(20, TimeUnit.SECONDS);
  }
}
