// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.Attack01GrantIT.assertDenied;
import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.grpc.mfa.ChallengeExtensions;
import dev.jtsh.protocol.grpc.mfa.ChallengeScope;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.TOTPResponse;
import dev.jtsh.protocol.grpc.proto.UpdateHeadlessAuthenticationStateRequest;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attack 3, the approver's side: a signature is used for something else than it was made for. */
@Timeout(120)
class Attack03ApprovalIT extends WithAuth {
  @Test
  void approvalThatNamesOtherFactsIsRefused() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    var box = fixture().new RemoteBox();
    box.post("alice", facts("c1"));
    var shown = alice.look(approver, box.id);
    ByteString other = ByteString.copyFrom(new byte[32]);

    assertDenied(() ->
        approver.updateHeadlessAuthenticationState(
            approval(shown, other, alice.answer(approver, scope(box.id, other)))));
    assertThat(fixture().auditLines("T1013W")).hasSize(1);
  }

  @Test
  void signatureMadeForOneRequestApprovesNoOther() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    var one = fixture().new RemoteBox();
    var two = fixture().new RemoteBox();
    one.post("alice", facts("c1"));
    two.post("alice", facts("c1", "c2"));
    var shownOne = alice.look(approver, one.id);
    var shownTwo = alice.look(approver, two.id);
    var answer = alice.answer(approver, scope(one.id, shownOne.getJtshFacts().getDigest()));

    assertDenied(() ->
        approver.updateHeadlessAuthenticationState(
            approval(shownTwo, shownTwo.getJtshFacts().getDigest(), answer)));
  }

  @Test
  void signatureIsGoodForOneUse() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    var box = fixture().new RemoteBox();
    var next = fixture().new RemoteBox();
    var answered = box.post("alice", facts("c1")).toCompletableFuture();
    next.post("alice", facts("c2"));
    var shown = alice.look(approver, box.id);
    var shownNext = alice.look(approver, next.id);
    var unbound = alice.answer(approver, scope("", ByteString.EMPTY));
    approver.updateHeadlessAuthenticationState(
        approval(shown, shown.getJtshFacts().getDigest(), unbound));
    answered.get(30, TimeUnit.SECONDS);

    assertDenied(() ->
        approver.updateHeadlessAuthenticationState(
            approval(shownNext, shownNext.getJtshFacts().getDigest(), unbound)));
    assertDenied(() ->
        approver.updateHeadlessAuthenticationState(
            approval(shown, shown.getJtshFacts().getDigest(), unbound)));
  }

  @Test
  void challengeOfAnotherSessionDoesNotApprove() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var mallory = fixture().enroll("mallory", "dev");
    var approver = alice.connect();
    AuthServiceBlockingStub other = mallory.connect();
    var box = fixture().new RemoteBox();
    box.post("alice", facts("c1"));
    var shown = alice.look(approver, box.id);
    ByteString digest = shown.getJtshFacts().getDigest();

    assertDenied(() ->
        approver.updateHeadlessAuthenticationState(
            approval(shown, digest, mallory.answer(other, scope(box.id, digest)))));
    assertThatExceptionOfType(StatusRuntimeException.class)
        .as("another user does not even see the request")
        .isThrownBy(() ->
            other.updateHeadlessAuthenticationState(
                approval(shown, digest, mallory.answer(other, scope(box.id, digest)))));
  }

  @Test
  void oneTimeCodeNeverApproves() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    var box = fixture().new RemoteBox();
    box.post("alice", facts("c1"));
    var shown = alice.look(approver, box.id);

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() ->
            approver.updateHeadlessAuthenticationState(
                approval(
                    shown,
                    shown.getJtshFacts().getDigest(),
                    MFAAuthenticateResponse.newBuilder()
                        .setTotp(TOTPResponse.newBuilder().setCode("123456"))
                        .build())))
        .withMessageContaining("expected WebAuthn challenge response");
  }

  @Test
  void signatureWithoutUserVerificationDoesNotApprove() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    var box = fixture().new RemoteBox();
    box.post("alice", facts("c1"));
    var shown = alice.look(approver, box.id);
    alice.securityKey.setFlags(true, false);

    assertDenied(() -> alice.approve(approver, shown));
  }

  @Test
  void deniedRequestFailsWithTheOneTextAndStaysDenied() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    var box = fixture().new RemoteBox();
    var answer = box.post("alice", facts("c1")).toCompletableFuture();
    var shown = alice.look(approver, box.id);
    approver.updateHeadlessAuthenticationState(
        UpdateHeadlessAuthenticationStateRequest.newBuilder()
            .setId(box.id)
            .setState(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_DENIED)
            .build());

    assertThat(answer.handle((ok, failure) -> String.valueOf(failure)).get(30, TimeUnit.SECONDS))
        .contains("headless authentication failed");
    assertDenied(() -> alice.approve(approver, shown));
    assertThat(fixture().auditLines("T1014W")).hasSize(1);
  }

  private ChallengeExtensions scope(String id, ByteString digest) {
    return ChallengeExtensions.newBuilder()
        .setScope(ChallengeScope.CHALLENGE_SCOPE_HEADLESS_LOGIN)
        .setJtshHeadlessId(id)
        .setJtshFactsDigest(digest)
        .setJtshNumber(fixture().shownNumber(id))
        .build();
  }

  private UpdateHeadlessAuthenticationStateRequest approval(
      HeadlessAuthentication shown, ByteString digest, MFAAuthenticateResponse answer) {
    String id = shown.getHeader().getMetadata().getName();
    return UpdateHeadlessAuthenticationStateRequest.newBuilder()
        .setId(id)
        .setJtshNumber(fixture().shownNumber(id))
        .setState(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_APPROVED)
        .setJtshFactsDigest(digest)
        .setMfaResponse(answer)
        .build();
  }
}
