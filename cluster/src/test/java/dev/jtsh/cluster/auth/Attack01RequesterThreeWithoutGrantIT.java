// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.Attack01GrantIT.assertDenied;
import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static dev.jtsh.cluster.auth.HeadlessLoginIT.kubeRequest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.access.Role;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.CertPurpose;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.WireTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Attack 1: requester 3 asks auth for the long life of a headless session. Auth gives it only where
 * an approved request stands behind the caller's certificate, for the clusters that request showed,
 * until the end it showed; everybody else gets what an ordinary caller gets.
 */
@Timeout(120)
class Attack01RequesterThreeWithoutGrantIT extends WithAuth {
  private static final Duration LONG = Duration.ofHours(20);

  private UserCertsRequest longRequest(String user) {
    return kubeRequest(user, "c1").toBuilder()
        .setExpires(WireTime.timestamp(fixture().clock.instant().plus(LONG)))
        .build();
  }

  private static X509Certificate issued(AuthServiceBlockingStub stub, UserCertsRequest request) {
    return Pem.certificate(stub.generateUserCerts(request).getTls().toByteArray());
  }

  @ParameterizedTest
  @EnumSource(
      value = CertPurpose.class,
      names = {"CERT_PURPOSE_UNSPECIFIED", "CERT_PURPOSE_SINGLE_USE_CERTS"})
  void ordinaryLoginGetsTheOrdinaryCapHoweverOftenItAsks(CertPurpose purpose) throws Exception {
    var bob = fixture().enroll("bob", "dev");
    SshLoginResponse login = bob.login(Duration.ofMinutes(10));
    X509Certificate own = Pem.certificate(login.tlsCert().toByteArray());
    AuthServiceBlockingStub stub = fixture().connect(bob.key, own);

    for (int i = 0; i < 3; i++) {
      Instant now = fixture().clock.instant();
      Instant end =
          issued(stub, longRequest("bob").toBuilder().setPurpose(purpose).build())
              .getNotAfter()
              .toInstant();
      assertThat(end).isBeforeOrEqualTo(own.getNotAfter().toInstant());
      if (purpose == CertPurpose.CERT_PURPOSE_SINGLE_USE_CERTS) {
        assertThat(end).isBeforeOrEqualTo(now.plus(Duration.ofMinutes(1)));
      }
      fixture().clock.advance(Duration.ofMinutes(3));
    }
    fixture().clock.advance(Duration.ofMinutes(2));
    assertDenied(() -> stub.generateUserCerts(longRequest("bob")));
  }

  @Test
  void certificateWithTheIdOfARequestThatNobodyApprovedGetsNothing() throws Exception {
    fixture().enroll("alice", "dev");
    AuthFixture.RemoteBox box = fixture().new RemoteBox();
    box.post("alice", facts("c1"));

    assertDenied(() -> forged("alice", box.id, box.key).generateUserCerts(longRequest("alice")));
  }

  @Test
  void grantServesNoOtherUserAndNoOtherKey() throws Exception {
    fixture().enroll("bob", "dev");
    AuthFixture.RemoteBox box = fixture().new RemoteBox();
    approved(box, facts("c1"));

    try (HeldKey other = HeldKey.generate(KeyKind.P256)) {
      assertDenied(() -> forged("bob", box.id, box.key).generateUserCerts(longRequest("bob")));
      assertDenied(() -> forged("alice", box.id, other).generateUserCerts(longRequest("alice")));
    }
    assertThat(issued(forged("alice", box.id, box.key), longRequest("alice"))).isNotNull();
  }

  @Test
  void kubeCertificateOfAGrantCannotAskForTheNext() throws Exception {
    AuthFixture.RemoteBox box = fixture().new RemoteBox();
    AuthServiceBlockingStub headless = box.connect(approved(box, facts("c1")));
    X509Certificate kube =
        issued(headless, longRequest("alice").toBuilder().setTlsPublicKey(box.tlsPem).build());

    assertDenied(() -> fixture().connect(box.key, kube).generateUserCerts(longRequest("alice")));
  }

  @Test
  void grantHasTheEndThatWasShownAlsoWhenARoleIsMadeShorterLater() throws Exception {
    AuthFixture.RemoteBox box = fixture().new RemoteBox();
    HeadlessFactsJson asked = withDuration(Duration.ofMinutes(30));
    Instant approvedAt = fixture().clock.instant();
    AuthServiceBlockingStub headless = box.connect(approved(box, asked));

    Instant end = issued(headless, longRequest("alice")).getNotAfter().toInstant();
    assertThat(Duration.between(approvedAt, end))
        .isBetween(Duration.ofMinutes(29), Duration.ofMinutes(30).plusSeconds(1));

    Role dev = fixture().auth.access().role("dev").orElseThrow();
    fixture().auth.roles().put(dev.withMaxSessionTtl(Duration.ofMinutes(5)));
    assertThat(issued(headless, longRequest("alice")).getNotAfter().toInstant())
        .isBeforeOrEqualTo(fixture().clock.instant().plus(Duration.ofMinutes(5)));
  }

  @Test
  void certificateHoldsExactlyWhatWasApproved() throws Exception {
    AuthFixture.RemoteBox box = fixture().new RemoteBox();
    AuthServiceBlockingStub headless = box.connect(approved(box, inNamespaces("dev,test")));

    UserIdentity identity = UserIdentity.of(issued(headless, longRequest("alice")));

    assertThat(identity.kubernetesNamespaces()).containsExactly("dev", "test");
    assertThat(identity.kubernetesCluster()).contains("c1");
    assertThat(identity.usage()).containsExactly(UserIdentity.USAGE_KUBE);
    assertThat(identity.headlessRequestId()).contains(box.id);
    assertThat(identity.loginIp()).contains(Addresses.ip(AuthFixture.SERVER));
    assertThat(fixture().auditLines("T1000I"))
        .anyMatch(line -> line.contains("\"kubernetes_namespaces\":\"dev,test\""));
  }

  @Test
  void namespacesThatAreNoneAreRefusedBeforeAnybodySeesThem() {
    AuthFixture.RemoteBox box = fixture().new RemoteBox();

    assertThat(box.post("alice", inNamespaces("dev,*")).toCompletableFuture())
        .failsWithin(Duration.ofSeconds(5));
  }

  private SshLoginResponse approved(AuthFixture.RemoteBox box, HeadlessFactsJson facts)
      throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    var answer = box.post("alice", facts).toCompletableFuture();
    alice.approve(approver, alice.look(approver, box.id));
    return answer.get(30, TimeUnit.SECONDS);
  }

  /** What only the authority itself could sign: a login of this user that names that request. */
  private AuthServiceBlockingStub forged(String user, String requestId, HeldKey key) {
    Instant now = fixture().clock.instant();
    UserIdentity identity =
        UserIdentity.builder(user)
            .roles(List.of("dev"))
            .teleportCluster(AuthFixture.CLUSTER)
            .routeToCluster(AuthFixture.CLUSTER)
            .headlessRequestId(requestId)
            .build();
    return fixture()
        .connect(
            key,
            fixture()
                .auth
                .authorities()
                .user()
                .issueUser(identity, key.publicKey(), now.minusSeconds(1), now.plusSeconds(60)));
  }

  private static HeadlessFactsJson withDuration(Duration duration) {
    return new HeadlessFactsJson(
        "build-7", "deploy", List.of("c1"), Map.of(), "", false, "", duration);
  }

  private static HeadlessFactsJson inNamespaces(String namespaces) {
    return new HeadlessFactsJson(
        "build-7", "deploy", List.of("c1"), Map.of(), "", false, namespaces, Duration.ofHours(8));
  }
}
