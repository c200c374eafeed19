// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub;
import dev.jtsh.protocol.grpc.types.HeadlessNumberMatch;
import dev.jtsh.protocol.headless.ContinuationMessage;
import dev.jtsh.protocol.web.ContinuesJson;
import dev.jtsh.protocol.web.HeadlessCodeRequest;
import dev.jtsh.protocol.web.HeadlessCodeResponse;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attack 11, the phisher who talks his victim through number and key: with {@code reverse_code} he
 * has yet to get the code of the approval to his own terminal.
 */
@Timeout(120)
class Attack11ReverseCodeIT {
  private static final AuthSettings SETTINGS =
      AuthSettings.defaults(AuthFixture.CLUSTER, "localhost")
          .withApprovalChecks(new ApprovalChecks(Set.of(), true));
  private static final HeadlessFactsJson FACTS = facts("c1").takingCode();
  private static final String NOT_IT = "ZZZ-ZZZ";

  @TempDir Path directory;
  private @org.jspecify.annotations.Nullable AuthFixture opened;

  @BeforeEach
  void open() throws Exception {
    opened = new AuthFixture(directory, SETTINGS);
  }

  @AfterEach
  void close() {
    fixture().close();
  }

  private AuthFixture fixture() {
    return Objects.requireNonNull(opened);
  }

  /** A request that was approved and waits for its code. */
  private record Waiting(
      AuthFixture.Person alice,
      AuthServiceBlockingStub approver,
      AuthFixture.RemoteBox box,
      CompletableFuture<SshLoginResponse> answer,
      String code) {
    HeadlessCodeResponse type(String typed) {
      return box.type("alice", typed);
    }
  }

  private Waiting approved() {
    var alice = fixture().enroll("alice", "dev");
    return approved(alice, alice.connect());
  }

  private Waiting approved(AuthFixture.Person alice, AuthServiceBlockingStub approver) {
    var box = fixture().new RemoteBox();
    var answer = box.post("alice", FACTS).toCompletableFuture();
    var shown = alice.look(approver, box.id);
    assertThat(shown.getJtshFacts().getGivesCode()).isTrue();
    String code = alice.approveForCode(approver, shown);
    assertThat(code).matches("[B-Z]{3}-[B-Z]{3}").isNotEqualTo(NOT_IT);
    return new Waiting(alice, approver, box, answer, code);
  }

  @Test
  void nothingIsIssuedBeforeTheCodeWasTypedOnTheTerminal() throws Exception {
    Waiting request = approved();
    assertThat(fixture().auditLines("T1013I")).hasSize(1);
    assertThat(request.answer()).isNotDone();
    assertThat(fixture().auditLines("TC000I")).as("certificates").hasSize(1); // The approver's own.

    assertThat(request.type(request.code().toLowerCase(Locale.ROOT).replace('-', ' ')).result())
        .isEqualTo(HeadlessCodeResponse.RIGHT);

    assertThat(request.answer().get(30, TimeUnit.SECONDS).username()).isEqualTo("alice");
    assertThat(fixture().auditLines("JT010I")).hasSize(1);
    assertThat(
            request
                .alice()
                .look(request.approver(), request.box().id)
                .getJtshFacts()
                .getCodeTyped())
        .isTrue();
  }

  @Test
  void threeWrongCodesDenyAndTheRightOneComesTooLate() throws Exception {
    Waiting request = approved();
    for (int left = ReverseCode.WRONG_MAX - 1; left >= 0; left--) {
      assertThat(request.type(NOT_IT))
          .isEqualTo(new HeadlessCodeResponse(HeadlessCodeResponse.WRONG, left));
    }

    assertThat(failure(request.answer())).contains("headless authentication failed");
    assertThat(request.type(request.code()).result()).isEqualTo(HeadlessCodeResponse.WAITING);
    assertThat(fixture().auditLines("JT010W")).hasSize(ReverseCode.WRONG_MAX);
    assertThat(fixture().auditLines("JT010I")).isEmpty();
    var next = fixture().new RemoteBox();
    next.post("alice", FACTS);
    assertThat(request.alice().look(request.approver(), next.id).getJtshFacts().getNumberMatch())
        .as("the source is no better known than before")
        .isEqualTo(HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_TYPE);
  }

  @Test
  void wrongCodesAtTheSameTimeAreCountedEach() throws Exception {
    Waiting request = approved();
    List<Thread> guessing = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      guessing.add(Thread.ofVirtual().start(() -> request.type(NOT_IT)));
    }
    for (Thread one : guessing) {
      assertThat(one.join(Duration.ofSeconds(30))).isTrue();
    }

    assertThat(failure(request.answer())).contains("headless authentication failed");
    assertThat(fixture().auditLines("JT010W")).hasSize(ReverseCode.WRONG_MAX);
  }

  @Test
  void codeOfOneRequestOpensNoOther() {
    Waiting hers = approved();
    Waiting forged = approved(hers.alice(), hers.approver());

    assertThat(forged.type(hers.code()).result()).isEqualTo(HeadlessCodeResponse.WRONG);
    assertThat(forged.answer()).isNotDone();
    assertThat(hers.type(hers.code()).result()).isEqualTo(HeadlessCodeResponse.RIGHT);
  }

  @Test
  void onlyTheRequesterCanTryACodeAndStrangersHearNothing() throws Exception {
    Waiting request = approved();
    var other = ByteString.copyFrom(new byte[32]);
    var codes = fixture().auth.reverseCodes();
    for (var stranger :
        List.of(
            new HeadlessCodeRequest("alice", request.box().id, other, request.code()),
            new HeadlessCodeRequest("alice", request.box().id, ByteString.EMPTY, NOT_IT),
            new HeadlessCodeRequest("nobody", request.box().id, other, NOT_IT),
            new HeadlessCodeRequest("../alice", "x", other, NOT_IT))) {
      assertThat(codes.take(stranger, AuthFixture.LAPTOP))
          .isEqualTo(new HeadlessCodeResponse(HeadlessCodeResponse.WAITING, 0));
    }

    assertThat(request.answer()).isNotDone();
    assertThat(fixture().auditLines("JT010W")).as("nothing was counted").isEmpty();
    assertThat(request.type(request.code()).result()).isEqualTo(HeadlessCodeResponse.RIGHT);
  }

  @Test
  void codeBeforeTheApprovalIsNoTry() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    var box = fixture().new RemoteBox();
    box.post("alice", FACTS);
    var shown = alice.look(approver, box.id);
    for (int i = 0; i <= ReverseCode.WRONG_MAX; i++) {
      assertThat(box.type("alice", "").result()).isEqualTo(HeadlessCodeResponse.WAITING);
    }

    String code = alice.approveForCode(approver, shown);
    assertThat(box.type("alice", code).result()).isEqualTo(HeadlessCodeResponse.RIGHT);
  }

  @Test
  void codeIsInNoFactAndNoAuditLineAndEndsWithItsRequest() throws Exception {
    Waiting request = approved();
    String letters = request.code().replace("-", "");
    var seen = request.alice().look(request.approver(), request.box().id);
    assertThat(seen.toString()).doesNotContain(request.code()).doesNotContain(letters);
    assertThat(String.join("\n", fixture().auditLines("T1013I")))
        .doesNotContain(request.code())
        .doesNotContain(letters);
    fixture().clock.advance(HeadlessLimits.DEFAULT.lifetime().plusSeconds(1));

    assertThat(request.type(request.code()).result()).isEqualTo(HeadlessCodeResponse.WAITING);
    assertThat(fixture().auditLines("JT010I")).isEmpty();
  }

  @Test
  void approverWhoseSideCannotShowTheCodeIsRefusedAndTheRequestWaitsOn() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    var box = fixture().new RemoteBox();
    var answer = box.post("alice", FACTS).toCompletableFuture();
    var shown = alice.look(approver, box.id);

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> alice.approve(approver, shown))
        .withMessageContaining("reverse_code");
    String code = alice.approveForCode(approver, shown);
    box.type("alice", code);
    assertThat(answer.get(30, TimeUnit.SECONDS).username()).isEqualTo("alice");
  }

  @Test
  void requesterWhereNobodyCanTypeIsRefusedInClearWordsWhateverTheUser() throws Exception {
    fixture().enroll("alice", "dev");
    for (String user : List.of("alice", "nobody")) {
      var box = fixture().new RemoteBox();
      assertRefused(box.request(user, facts("c1")));
      assertRefused(
          HeadlessLoginRequest.withTwoKeys(
              user, box.id, box.ssh, box.tlsPem, Duration.ofHours(1), "", FACTS));
      assertRefused(
          HeadlessLoginRequest.withOneKey(user, box.id, box.ssh, Duration.ofHours(1), ""));
    }
  }

  @Test
  void requesterOfPlainTeleportIsRefusedToldSoWhereThePolicyIsCompatibleToo() throws Exception {
    close();
    opened =
        new AuthFixture(
            directory,
            SETTINGS.withHeadless(
                true, AuthSettings.HeadlessApproval.COMPATIBLE, HeadlessLimits.DEFAULT));
    var box = fixture().new RemoteBox();

    assertRefused(
        HeadlessLoginRequest.withOneKey("alice", box.id, box.ssh, Duration.ofHours(1), ""));
  }

  @Test
  void sessionThatGoesOnNeedsNoCodeAndOneThatOnlySaysSoIsRefused() throws Exception {
    Waiting first = approved();
    first.type(first.code());
    first.answer().get(30, TimeUnit.SECONDS);
    var next = fixture().new RemoteBox();
    byte[] message = ContinuationMessage.of(first.box().id, next.id, next.ssh, next.tlsPem);
    var proof =
        new ContinuesJson(
            first.box().id, ByteString.copyFrom(first.box().key.sign("SHA256withECDSA", message)));
    var answer = next.post("alice", facts("c1").continuing(proof)).toCompletableFuture();
    first.alice().approve(first.approver(), first.alice().look(first.approver(), next.id));
    assertThat(answer.get(30, TimeUnit.SECONDS).username()).isEqualTo("alice");

    var liar = fixture().new RemoteBox();
    assertRefused(liar.request("alice", facts("c1").continuing(proof)));
  }

  private void assertRefused(HeadlessLoginRequest request) throws Exception {
    Throwable failure =
        fixture()
            .auth
            .headless()
            .submit(request, AuthFixture.SERVER, new CompletableFuture<>())
            .toCompletableFuture()
            .handle((ok, thrown) -> Objects.requireNonNull(thrown))
            .get(30, TimeUnit.SECONDS);
    assertThat(failure)
        .isInstanceOfSatisfying(
            WireException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(ErrorKind.BAD_PARAMETER);
              assertThat(e.error().message()).contains("reverse_code").contains("use jtsh");
            });
  }

  private static String failure(CompletableFuture<SshLoginResponse> answer) throws Exception {
    return answer
        .handle((ok, failure) -> failure == null ? "no failure" : failure.toString())
        .get(30, TimeUnit.SECONDS);
  }
}
