// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.CertUsage;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.Requester;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.headless.ContinuationMessage;
import dev.jtsh.protocol.web.ContinuesJson;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.WireTime;
import io.grpc.StatusRuntimeException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Attack 12: a pod prints a perfect block with a genuine link to the attacker's own request. Only a
 * request that the session's own key signed is called its continuation. And attack 01: nothing
 * reaches past the end of what was approved without a new approval.
 */
@Timeout(120)
class Attack12FalseContinuationIT extends WithAuth {
  private record Approved(
      AuthFixture.Person alice, AuthFixture.RemoteBox box, SshLoginResponse login, Instant at) {}

  private Approved approvedSession(String... clusters) throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var box = fixture().new RemoteBox();
    var answer = box.post("alice", facts(clusters)).toCompletableFuture();
    AuthServiceBlockingStub approver = alice.connect();
    alice.approve(approver, alice.look(approver, box.id));
    Instant at = fixture().clock.instant();
    return new Approved(alice, box, answer.get(30, TimeUnit.SECONDS), at);
  }

  private static ContinuesJson proof(
      AuthFixture.RemoteBox session, HeldKey signer, AuthFixture.RemoteBox next) {
    byte[] message = ContinuationMessage.of(session.id, next.id, next.ssh, next.tlsPem);
    return new ContinuesJson(
        session.id, ByteString.copyFrom(signer.sign("SHA256withECDSA", message)));
  }

  private HeadlessAuthentication shown(
      AuthFixture.Person approver, AuthFixture.RemoteBox box, HeadlessFactsJson facts) {
    box.post(approver.name, facts);
    return approver.look(approver.connect(), box.id);
  }

  @Test
  void requestSignedByTheSessionsKeyContinuesIt() throws Exception {
    Approved session = approvedSession("c1", "c2");
    var next = fixture().new RemoteBox();
    var signed = proof(session.box(), session.box().key, next);

    var shown = shown(session.alice(), next, facts("c1").continuing(signed)).getJtshFacts();

    assertThat(WireTime.instant(shown.getContinuesApprovedAt())).isEqualTo(session.at());
    assertThat(shown.getLiveSessions()).isEqualTo(1);
  }

  @Test
  void sessionThatEndedOverLunchCanBeContinuedAndCountsNoMoreAsLive() throws Exception {
    Approved session = approvedSession("c1");
    var next = fixture().new RemoteBox();
    var request = next.request("alice", facts("c1"));
    var signed = proof(session.box(), session.box().key, next);
    var continuations = new Continuations(fixture().backend, fixture().clock);

    fixture().clock.advance(Duration.ofHours(9));

    assertThat(continuations.approvedAt(request, request.keys(), signed, List.of("c1"), ""))
        .contains(session.at());
    assertThat(continuations.liveSessions("alice")).isZero();
    fixture().clock.advance(Duration.ofHours(12));
    assertThat(continuations.approvedAt(request, request.keys(), signed, List.of("c1"), ""))
        .isEmpty();
  }

  @Test
  void requestSignedByAnotherKeyIsANewSession() throws Exception {
    Approved session = approvedSession("c1");
    var next = fixture().new RemoteBox();
    var forged = proof(session.box(), next.key, next);

    var shown = shown(session.alice(), next, facts("c1").continuing(forged)).getJtshFacts();

    assertThat(shown.hasContinuesApprovedAt()).isFalse();
    assertThat(shown.getLiveSessions()).isEqualTo(1);
  }

  @Test
  void signatureTakenForOtherKeysIsANewSession() throws Exception {
    Approved session = approvedSession("c1");
    var honest = fixture().new RemoteBox();
    var stolen = proof(session.box(), session.box().key, honest);
    var thief = fixture().new RemoteBox();

    // The SSH key, and so the id, is public: the thief sends it with a TLS key of their own.
    var posted =
        HeadlessLoginRequest.withTwoKeys(
            "alice",
            honest.id,
            honest.ssh,
            thief.tlsPem,
            Duration.ofHours(10),
            "",
            facts("c1").continuing(stolen).committed(thief.commitment()));
    fixture().auth.headless().submit(posted, AuthFixture.SERVER, new CompletableFuture<>());
    assertThat(thief.agreeOnNumber(posted)).as("a number is needed").isPositive();
    var shown = session.alice().look(session.alice().connect(), honest.id).getJtshFacts();

    assertThat(shown.hasContinuesApprovedAt()).isFalse();
  }

  @Test
  void requestForMoreThanTheSessionHadIsANewSession() throws Exception {
    Approved session = approvedSession("c1");
    var wider = fixture().new RemoteBox();
    var signed = proof(session.box(), session.box().key, wider);
    var elsewhere = fixture().new RemoteBox();
    var limited =
        new HeadlessFactsJson(
                "h", "o", List.of("c1"), Map.of(), "", false, "web", Duration.ofHours(1))
            .continuing(proof(session.box(), session.box().key, elsewhere));

    assertThat(
            shown(session.alice(), wider, facts("c1", "c2").continuing(signed))
                .getJtshFacts()
                .hasContinuesApprovedAt())
        .isFalse();
    assertThat(shown(session.alice(), elsewhere, limited).getJtshFacts().hasContinuesApprovedAt())
        .isFalse();
  }

  @Test
  void sessionOfAnotherUserIsNotContinued() throws Exception {
    Approved session = approvedSession("c1");
    var bob = fixture().enroll("bob", "dev");
    var next = fixture().new RemoteBox();
    var signed = proof(session.box(), session.box().key, next);

    var shown = shown(bob, next, facts("c1").continuing(signed)).getJtshFacts();

    assertThat(shown.hasContinuesApprovedAt()).isFalse();
    assertThat(shown.getLiveSessions()).isZero();
  }

  @Test
  void attack01OpenAuthConnectionAndRequesterReachNothingPastTheEnd() throws Exception {
    Approved session = approvedSession("c1");
    AuthServiceBlockingStub open = session.box().connect(session.login());
    X509Certificate first = certificate(open, "c1");
    Instant end = Objects.requireNonNull(session.login().jtsh()).notAfter();

    assertThat(first.getNotAfter().toInstant()).isBeforeOrEqualTo(end);
    fixture().clock.advance(Duration.ofSeconds(61));
    assertRefused(open);
    fixture().clock.advance(Duration.ofHours(9));
    assertRefused(open);
    assertRefused(session.box().connect(session.login()));
  }

  @Test
  void roleWithAnIntervalServesNewRequestsNoLongerThanIt() throws Exception {
    fixture()
        .auth
        .roles()
        .put(
            Role.named("dev")
                .withKubernetes(List.of("u"), List.of("g"), Map.of("env", List.of("dev")))
                .withMfaVerificationInterval(Duration.ofMinutes(30)));
    Approved session = approvedSession("c1");

    X509Certificate kube = certificate(session.box().connect(session.login()), "c1");

    Instant end = Objects.requireNonNull(session.login().jtsh()).notAfter();
    assertThat(Duration.between(session.at(), kube.getNotAfter().toInstant()))
        .isBetween(Duration.ofMinutes(29), Duration.ofMinutes(30));
    assertThat(Duration.between(session.at(), end)).isEqualTo(Duration.ofHours(8));
    assertThat(Duration.between(end, UserIdentity.of(kube).previousIdentityExpires().orElseThrow()))
        .isBetween(Duration.ofSeconds(-1), Duration.ofSeconds(1));
  }

  private static void assertRefused(AuthServiceBlockingStub stub) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> certificate(stub, "c1"));
  }

  private static X509Certificate certificate(AuthServiceBlockingStub stub, String cluster) {
    HeldKey key = HeldKey.generate(KeyKind.P256);
    return Pem.certificate(
        stub.generateUserCerts(
                UserCertsRequest.newBuilder()
                    .setUsername("alice")
                    .setTlsPublicKey(AuthFixture.pem(key.publicKey()))
                    .setUsage(CertUsage.KUBERNETES)
                    .setRequesterName(Requester.TSH_KUBE_LOCAL_PROXY_HEADLESS)
                    .setKubernetesCluster(cluster)
                    .setExpires(WireTime.timestamp(Instant.now().plus(Duration.ofHours(30))))
                    .build())
            .getTls()
            .toByteArray());
  }
}
