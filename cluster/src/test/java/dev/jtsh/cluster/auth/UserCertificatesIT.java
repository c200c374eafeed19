// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Empty;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.grpc.mfa.ChallengeExtensions;
import dev.jtsh.protocol.grpc.mfa.ChallengeScope;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub;
import dev.jtsh.protocol.grpc.proto.IsMFARequiredRequest;
import dev.jtsh.protocol.grpc.proto.ListResourcesRequest;
import dev.jtsh.protocol.grpc.proto.MFARequired;
import dev.jtsh.protocol.grpc.proto.Operation;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.CertPurpose;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.CertUsage;
import dev.jtsh.protocol.grpc.trust.GetCertAuthoritiesRequest;
import dev.jtsh.protocol.grpc.trust.TrustServiceGrpc;
import dev.jtsh.protocol.web.WireTime;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rules of certificates for an ordinary login, over gRPC. */
@Timeout(120)
class UserCertificatesIT extends WithAuth {
  @Test
  void kubeCertificateEndsWithTheLoginAndIsForKubeOnly() {
    AuthServiceBlockingStub alice = fixture().enroll("alice", "dev").connect();

    X509Certificate kube = issue(alice, request(Duration.ofHours(9)).build());

    assertThat(UserIdentity.of(kube).usage()).containsExactly("usage:kube");
    assertThat(UserIdentity.of(kube).mfaVerified()).isEmpty();
    assertThat(lifeOf(kube)).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
  }

  @Test
  void singleUseCertificateLivesAMinuteAndCarriesTheDeviceThatAnswered() {
    var alice = fixture().enroll("alice", "dev");
    AuthServiceBlockingStub stub = alice.connect();
    var answer =
        alice.answer(
            stub,
            ChallengeExtensions.newBuilder()
                .setScope(ChallengeScope.CHALLENGE_SCOPE_USER_SESSION)
                .build());
    UserCertsRequest request =
        request(Duration.ofHours(9))
            .setPurpose(CertPurpose.CERT_PURPOSE_SINGLE_USE_CERTS)
            .setMfaResponse(answer)
            .build();

    X509Certificate kube = issue(stub, request);

    assertThat(UserIdentity.of(kube).mfaVerified()).isPresent();
    assertThat(UserIdentity.of(kube).previousIdentityExpires()).isPresent();
    assertThat(lifeOf(kube)).isBetween(Duration.ofSeconds(58), Duration.ofMinutes(1));
    assertFailure(stub, request, Status.Code.PERMISSION_DENIED, "MFA response validation failed");
  }

  @Test
  void answerToAnApprovalChallengeIsNoProofForACertificate() {
    var alice = fixture().enroll("alice", "dev");
    AuthServiceBlockingStub stub = alice.connect();
    var answer =
        alice.answer(
            stub,
            ChallengeExtensions.newBuilder()
                .setScope(ChallengeScope.CHALLENGE_SCOPE_HEADLESS_LOGIN)
                .build());

    assertFailure(
        stub,
        request(Duration.ofHours(1)).setMfaResponse(answer).build(),
        Status.Code.PERMISSION_DENIED,
        "MFA response validation failed");
  }

  @Test
  void whatMakesNoSenseIsRefusedWithTheTextOfTheReference() {
    AuthServiceBlockingStub stub = fixture().enroll("alice", "dev").connect();

    assertFailure(
        stub,
        request(Duration.ofSeconds(-5)).build(),
        Status.Code.PERMISSION_DENIED,
        "client credentials have expired, please relogin");
    assertFailure(
        stub,
        request(Duration.ofHours(1)).clearExpires().build(),
        Status.Code.PERMISSION_DENIED,
        "client credentials have expired");
    assertFailure(
        stub,
        request(Duration.ofHours(1)).setKubernetesCluster("").build(),
        Status.Code.INVALID_ARGUMENT,
        "missing KubernetesCluster field");
    assertFailure(
        stub,
        request(Duration.ofHours(1)).setKubernetesCluster("nope").build(),
        Status.Code.INVALID_ARGUMENT,
        "is not registered in this teleport cluster");
    assertFailure(
        stub,
        request(Duration.ofHours(1)).setRouteToCluster("leaf").build(),
        Status.Code.NOT_FOUND,
        "remote cluster \"leaf\" is not found");
    assertFailure(
        stub,
        request(Duration.ofHours(1))
            .setUsage(CertUsage.ALL)
            .setPurpose(CertPurpose.CERT_PURPOSE_SINGLE_USE_CERTS)
            .build(),
        Status.Code.INVALID_ARGUMENT,
        "single-use certificates cannot be issued for all purposes");
    assertFailure(
        stub,
        request(Duration.ofHours(1)).setTlsPublicKey(com.google.protobuf.ByteString.EMPTY).build(),
        Status.Code.INVALID_ARGUMENT,
        "no key found");
  }

  @Test
  void sessionMfaIsAskedForWhereTheRolesThatGrantTheClusterAskForIt() {
    fixture()
        .auth
        .roles()
        .put(
            Role.named("careful")
                .withKubernetes(List.of(), List.of("ops"), Map.of("env", List.of("prod")))
                .withSessionRules(false, false, true));
    AuthServiceBlockingStub both = fixture().enroll("alice", "dev", "careful").connect();
    AuthServiceBlockingStub careful = fixture().enroll("bob", "careful").connect();
    AuthServiceBlockingStub dev = fixture().enroll("carol", "dev").connect();

    assertThat(mfa(both, "prod")).isEqualTo(MFARequired.MFA_REQUIRED_YES);
    assertThat(mfa(both, "c1")).isEqualTo(MFARequired.MFA_REQUIRED_NO);
    assertThat(mfa(careful, "nope")).isEqualTo(MFARequired.MFA_REQUIRED_YES);
    assertThat(mfa(dev, "nope")).isEqualTo(MFARequired.MFA_REQUIRED_NO);
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> mfa(both, "nope"))
        .withMessageContaining("kubernetes cluster \"nope\" not found");
  }

  @Test
  void listIsFilteredAndPaged() {
    AuthServiceBlockingStub stub = fixture().enroll("alice", "dev").connect();
    var all = ListResourcesRequest.newBuilder().setResourceType("kube_server");
    var first = stub.listResources(all.setLimit(1).build());
    var second = stub.listResources(all.setStartKey(first.getNextKey()).build());

    assertThat(first.getResources(0).getKubernetesServer().getSpec().getCluster().getMetadata())
        .satisfies(metadata -> {
          assertThat(metadata.getName()).isEqualTo("c1");
          assertThat(metadata.getLabelsMap()).containsEntry("env", "dev");
        });
    assertThat(second.getResources(0).getKubernetesServer().getMetadata().getName())
        .isEqualTo("c2");
    assertThat(second.getNextKey()).isEmpty();
    assertThat(
            stub.listResources(
                    ListResourcesRequest.newBuilder()
                        .setResourceType("kube_server")
                        .setPredicateExpression("name == \"c2\"")
                        .build())
                .getResourcesCount())
        .isOne();
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() ->
            stub.listResources(ListResourcesRequest.newBuilder().setResourceType("zzz").build()))
        .withMessageContaining("UNIMPLEMENTED");
  }

  @Test
  void watchTellsTheUserOfOwnRequestsOnly() {
    var alice = fixture().enroll("alice", "dev");
    AuthServiceBlockingStub stub = alice.connect();
    var events = stub.watchPendingHeadlessAuthentications(Empty.getDefaultInstance());
    assertThat(events.next().getType()).isEqualTo(Operation.INIT);
    fixture().new RemoteBox().post("bob", facts("c1"));
    var box = fixture().new RemoteBox();
    box.post("alice", facts("c1"));

    var put = events.next();
    assertThat(put.getType()).isEqualTo(Operation.PUT);
    assertThat(put.getHeadlessAuthentication().getHeader().getMetadata().getName())
        .isEqualTo(box.id);
  }

  @Test
  void requestThatNeverComesIsNotFoundAfterAFewSeconds() {
    AuthServiceBlockingStub stub = fixture().enroll("alice", "dev").connect();
    long start = System.nanoTime();

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() ->
            stub.getHeadlessAuthentication(
                dev.jtsh.protocol.grpc.proto.GetHeadlessAuthenticationRequest.newBuilder()
                    .setId("cb483ac7-2386-5991-9b89-9373500afe25")
                    .build()))
        .satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(20));
  }

  @Test
  void authoritiesAreGivenWithoutTheirPrivateHalves() {
    AuthServiceBlockingStub stub = fixture().enroll("alice", "dev").connect();
    var trust = TrustServiceGrpc.newBlockingStub(stub.getChannel());
    var host =
        trust
            .getCertAuthorities(GetCertAuthoritiesRequest.newBuilder().setType("host").build())
            .getCertAuthoritiesV2(0);

    assertThat(host.getSpec().getActiveKeys().getTls(0).getCert())
        .isEqualTo(stub.getClusterCACert(Empty.getDefaultInstance()).getTlsCa());
    assertThat(host.getSpec().getActiveKeys().getTls(0).getKey()).isEmpty();
    assertThat(host.getSpec().getActiveKeys().getSsh(0).getPrivateKey()).isEmpty();
    Attack01GrantIT.assertDenied(() ->
        trust.getCertAuthorities(
            GetCertAuthoritiesRequest.newBuilder().setType("user").setIncludeKey(true).build()));
  }

  private UserCertsRequest.Builder request(Duration life) {
    Instant asked = fixture().clock.instant().plus(life);
    return UserCertsRequest.newBuilder()
        .setUsername("alice")
        .setTlsPublicKey(AuthFixture.pem(HeldKey.generate(KeyKind.P256).publicKey()))
        .setUsage(CertUsage.KUBERNETES)
        .setKubernetesCluster("c1")
        .setExpires(WireTime.timestamp(asked));
  }

  private static X509Certificate issue(AuthServiceBlockingStub stub, UserCertsRequest request) {
    return Pem.certificate(stub.generateUserCerts(request).getTls().toByteArray());
  }

  private Duration lifeOf(X509Certificate certificate) {
    return Duration.between(fixture().clock.instant(), certificate.getNotAfter().toInstant());
  }

  private static MFARequired mfa(AuthServiceBlockingStub stub, String cluster) {
    return stub.isMFARequired(
            IsMFARequiredRequest.newBuilder().setKubernetesCluster(cluster).build())
        .getMfaRequired();
  }

  private static void assertFailure(
      AuthServiceBlockingStub stub, UserCertsRequest request, Status.Code code, String text) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> stub.generateUserCerts(request))
        .withMessageContaining(text)
        .satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }
}
