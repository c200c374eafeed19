// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.mfa.ChallengeExtensions;
import dev.jtsh.protocol.grpc.mfa.ChallengeScope;
import dev.jtsh.protocol.grpc.proto.UpdateHeadlessAuthenticationStateRequest;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 2: requester or approver uses the plain form to get around the facts. */
@Timeout(120)
class Attack02DowngradeIT {
  @TempDir Path directory;

  @Test
  void strictClusterRefusesARequestWithoutFacts() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      var box = fixture.new RemoteBox();
      var answer =
          fixture
              .auth
              .headless()
              .submit(plain(box), AuthFixture.SERVER, new CompletableFuture<>())
              .toCompletableFuture();

      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> answer.get(30, TimeUnit.SECONDS))
          .withCauseInstanceOf(WireException.class)
          .withMessageContaining("headless authentication failed");
    }
  }

  @Test
  void strictClusterRefusesAnApprovalWithoutDigestAndSaysWhatToUse() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      var alice = fixture.enroll("alice", "dev");
      var approver = alice.connect();
      var box = fixture.new RemoteBox();
      var answer = box.post("alice", facts("c1")).toCompletableFuture();
      alice.look(approver, box.id);
      var plain =
          UpdateHeadlessAuthenticationStateRequest.newBuilder()
              .setId(box.id)
              .setState(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_APPROVED)
              .setMfaResponse(
                  alice.answer(
                      approver,
                      ChallengeExtensions.newBuilder()
                          .setScope(ChallengeScope.CHALLENGE_SCOPE_HEADLESS_LOGIN)
                          .build()))
              .build();

      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> approver.updateHeadlessAuthenticationState(plain))
          .withMessageContaining("jtsh headless approve");
      assertThat(answer).isNotDone();
      assertThat(fixture.auditLines("T1013W")).hasSize(1);
    }
  }

  @Test
  void compatibleClusterLetsPlainTeleportThroughAndSaysSoInTheAudit() throws Exception {
    var settings =
        AuthSettings.defaults(AuthFixture.CLUSTER, "localhost")
            .withHeadless(true, AuthSettings.HeadlessApproval.COMPATIBLE, HeadlessLimits.DEFAULT);
    try (var fixture = new AuthFixture(directory, settings)) {
      var alice = fixture.enroll("alice", "dev");
      var approver = alice.connect();
      var box = fixture.new RemoteBox();
      var answer =
          fixture
              .auth
              .headless()
              .submit(plain(box), AuthFixture.SERVER, new CompletableFuture<>())
              .toCompletableFuture();
      var shown = alice.look(approver, box.id);
      assertThat(shown.hasJtshFacts()).isFalse();
      alice.approve(approver, shown);
      SshLoginResponse login = answer.get(30, TimeUnit.SECONDS);

      assertThat(HeadlessLoginIT.kubeCertificate(box.connect(login), "alice", "c2").getNotAfter())
          .isAfter(java.util.Date.from(fixture.clock.instant().plus(Duration.ofHours(11))));
      assertThat(fixture.auditLines("T1013I"))
          .hasSize(1)
          .first()
          .asString()
          .contains("standard Teleport request: full login");
    }
  }

  private static HeadlessLoginRequest plain(AuthFixture.RemoteBox box) {
    return HeadlessLoginRequest.withOneKey("alice", box.id, box.ssh, Duration.ofHours(1), "");
  }
}
