// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static dev.jtsh.cluster.auth.HeadlessLoginIT.kubeRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jtsh.pki.Pem;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub;
import dev.jtsh.protocol.grpc.proto.CreateAuthenticateChallengeRequest;
import dev.jtsh.protocol.grpc.proto.GetHeadlessAuthenticationRequest;
import dev.jtsh.protocol.grpc.proto.PingRequest;
import dev.jtsh.protocol.grpc.proto.UpdateHeadlessAuthenticationStateRequest;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.CertUsage;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.Requester;
import dev.jtsh.protocol.grpc.trust.GetCertAuthoritiesRequest;
import dev.jtsh.protocol.grpc.trust.TrustServiceGrpc;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.web.SshLoginResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Attack 1: whoever holds the one-minute certificate of a headless login, or any login certificate
 * with requester 3, tries to get more than the approval gave.
 */
@Timeout(120)
class Attack01GrantIT extends WithAuth {
  @Test
  void clusterOutsideTheGrantIsRefusedThoughTheRoleReachesIt() throws Exception {
    AuthServiceBlockingStub headless = headless(login());

    assertDenied(() -> headless.generateUserCerts(kubeRequest("alice", "c2")));
    assertThat(fixture().auditLines("JT003W")).hasSize(1).first().asString().contains("c2");
  }

  @ParameterizedTest
  @CsvSource({
    "ALL, TSH_KUBE_LOCAL_PROXY_HEADLESS",
    "KUBERNETES, UNSPECIFIED",
    "KUBERNETES, TSH_KUBE_LOCAL_PROXY"
  })
  void headlessLoginMayAskForNothingButKubeAsHeadless(CertUsage usage, Requester requester)
      throws Exception {
    AuthServiceBlockingStub headless = headless(login());

    assertDenied(() ->
        headless.generateUserCerts(
            kubeRequest("alice", "c1").toBuilder()
                .setUsage(usage)
                .setRequesterName(requester)
                .build()));
  }

  @Test
  void headlessLoginMayNeitherSeeNorApproveRequestsNorReadAuthorities() throws Exception {
    SshLoginResponse login = login();
    AuthServiceBlockingStub headless = headless(login);
    var trust = TrustServiceGrpc.newBlockingStub(headless.getChannel());

    assertDenied(() ->
        headless.getHeadlessAuthentication(
            GetHeadlessAuthenticationRequest.newBuilder().setId(box().id).build()));
    assertDenied(() ->
        headless.updateHeadlessAuthenticationState(
            UpdateHeadlessAuthenticationStateRequest.newBuilder()
                .setId(box().id)
                .setState(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_DENIED)
                .build()));
    assertDenied(() ->
        headless.createAuthenticateChallenge(
            CreateAuthenticateChallengeRequest.getDefaultInstance()));
    assertDenied(() ->
        trust.getCertAuthorities(GetCertAuthoritiesRequest.newBuilder().setType("host").build()));
    assertThat(headless.ping(PingRequest.getDefaultInstance()).getClusterName()).isEqualTo("root");
  }

  @Test
  void askingAgainAndAgainNeverMovesTheEnd() throws Exception {
    SshLoginResponse login = login();
    AuthServiceBlockingStub headless = headless(login);
    Instant granted = Objects.requireNonNull(Objects.requireNonNull(login.jtsh()).notAfter());

    for (int i = 0; i < 3; i++) {
      X509Certificate kube = HeadlessLoginIT.kubeCertificate(headless, "alice", "c1");
      assertThat(Duration.between(kube.getNotAfter().toInstant(), granted))
          .isBetween(Duration.ZERO, Duration.ofSeconds(1));
      fixture().clock.advance(Duration.ofSeconds(15));
    }
  }

  @Test
  void certificateThatEndedIsRefusedOnAConnectionThatIsStillOpen() throws Exception {
    AuthServiceBlockingStub headless = headless(login());
    headless.ping(PingRequest.getDefaultInstance());
    fixture().clock.advance(Duration.ofSeconds(61));

    assertDenied(() -> headless.ping(PingRequest.getDefaultInstance()));
    assertDenied(() -> headless.generateUserCerts(kubeRequest("alice", "c1")));
  }

  @Test
  void requesterThreeOfAnOrdinaryLoginGivesNoLongerLifeThanTheLogin() throws Exception {
    var bob = fixture().enroll("bob", "dev");
    SshLoginResponse login = bob.login(Duration.ofMinutes(10));
    X509Certificate own = Pem.certificate(login.tlsCert().toByteArray());
    AuthServiceBlockingStub stub = fixture().connect(bob.key, own);

    X509Certificate kube = HeadlessLoginIT.kubeCertificate(stub, "bob", "c1");

    assertThat(kube.getNotAfter()).isEqualTo(own.getNotAfter());
  }

  @Test
  void grantEndsWithItsUser() throws Exception {
    AuthServiceBlockingStub headless = headless(login());
    fixture().auth.users().remove("alice");

    assertDenied(() -> headless.generateUserCerts(kubeRequest("alice", "c1")));
  }

  @Test
  void nobodyGetsACertificateForAnotherUser() throws Exception {
    AuthServiceBlockingStub headless = headless(login());

    assertDenied(() -> headless.generateUserCerts(kubeRequest("bob", "c1")));
    assertDenied(() -> headless.generateUserCerts(kubeRequest("", "c1")));
  }

  private AuthFixture.@org.jspecify.annotations.Nullable RemoteBox box;

  private AuthFixture.RemoteBox box() {
    return Objects.requireNonNull(box);
  }

  private SshLoginResponse login() throws Exception {
    AuthFixture fixture = fixture();
    var alice = fixture.enroll("alice", "dev");
    var approver = alice.connect();
    box = fixture.new RemoteBox();
    var answer = box().post("alice", facts("c1")).toCompletableFuture();
    alice.approve(approver, alice.look(approver, box().id));
    return answer.get(30, TimeUnit.SECONDS);
  }

  private AuthServiceBlockingStub headless(SshLoginResponse login) {
    return box().connect(login);
  }

  static void assertDenied(ThrowingCallable call) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(call)
        .satisfies(
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
  }
}
