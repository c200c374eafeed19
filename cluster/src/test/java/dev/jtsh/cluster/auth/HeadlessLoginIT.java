// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.SshCertificate;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.grpc.proto.Certs;
import dev.jtsh.protocol.grpc.proto.ListResourcesRequest;
import dev.jtsh.protocol.grpc.proto.PingRequest;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.CertUsage;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.Requester;
import dev.jtsh.protocol.web.SshLoginResponse;
import io.grpc.StatusRuntimeException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One headless login from the request to the kube certificate, over gRPC with TLS. */
@Timeout(60)
class HeadlessLoginIT extends WithAuth {
  @Test
  void approvedRequestGetsAMinuteOfLoginAndKubeCertificatesOfItsGrant() throws Exception {
    AuthFixture fixture = fixture();
    var alice = fixture.enroll("alice", "dev");
    var approver = alice.connect();
    var requester = fixture.new RemoteBox();

    var answer = requester.post("alice", facts("c1")).toCompletableFuture();
    var shown = alice.look(approver, requester.id);
    assertThat(shown.getJtshFacts().getKubeClustersList()).containsExactly("c1");
    assertThat(shown.getJtshFacts().getHost()).isEqualTo("build-7");
    assertThat(shown.getJtshFacts().getFirstSeen()).isTrue();
    assertThat(shown.getClientIpAddress()).isEqualTo("198.51.100.20:40002");
    assertThat(answer).isNotDone();
    alice.approve(approver, shown);
    SshLoginResponse login = answer.get(30, TimeUnit.SECONDS);

    X509Certificate certificate = Pem.certificate(login.tlsCert().toByteArray());
    UserIdentity identity = UserIdentity.of(certificate);
    assertThat(Duration.between(fixture.clock.instant(), certificate.getNotAfter().toInstant()))
        .isBetween(Duration.ofSeconds(58), Duration.ofSeconds(60));
    assertThat(identity.mfaVerified()).isPresent();
    assertThat(identity.headlessRequestId()).contains(requester.id);
    assertThat(identity.loginIp()).contains("198.51.100.20");
    assertThat(SshCertificate.parse(login.cert().toByteArray()).extensions())
        .containsKey("mfa-verified");

    X509Certificate kube = kubeCertificate(requester.connect(login), "alice", "c1");
    assertThat(UserIdentity.of(kube).usage()).containsExactly("usage:kube");
    assertThat(UserIdentity.of(kube).kubernetesCluster()).contains("c1");
    assertThat(UserIdentity.of(kube).kubernetesUsers()).containsExactly("kube-dev");
    assertThat(Duration.between(fixture.clock.instant(), kube.getNotAfter().toInstant()))
        .isBetween(Duration.ofHours(8).minusSeconds(2), Duration.ofHours(8).plusSeconds(1));
    assertThat(Objects.requireNonNull(login.jtsh()).kubeClusters()).containsExactly("c1");
    assertThat(fixture.auditLines("T1012I")).hasSize(1);
    assertThat(fixture.auditLines("T1013I")).hasSize(1).first().asString().contains("127.0.0.1:");
  }

  @Test
  void kubeCertificateIsRefusedAsACaller() throws Exception {
    AuthFixture fixture = fixture();
    var alice = fixture.enroll("alice", "dev");
    HeldKey key = HeldKey.generate(KeyKind.P256);
    Certs certs =
        alice
            .connect()
            .generateUserCerts(
                UserCertsRequest.newBuilder()
                    .setUsername("alice")
                    .setTlsPublicKey(AuthFixture.pem(key.publicKey()))
                    .setUsage(CertUsage.KUBERNETES)
                    .setKubernetesCluster("c1")
                    .setExpires(
                        dev.jtsh.protocol.web.WireTime.timestamp(
                            fixture.clock.instant().plusSeconds(600)))
                    .build());
    var kube = fixture.connect(key, Pem.certificate(certs.getTls().toByteArray()));

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> kube.ping(PingRequest.getDefaultInstance()))
        .withMessageContaining("cannot call auth");
  }

  @Test
  void listHoldsWhatTheRolesReachAndAHeadlessLoginSeesItsGrant() throws Exception {
    AuthFixture fixture = fixture();
    var alice = fixture.enroll("alice", "dev");
    var approver = alice.connect();
    var requester = fixture.new RemoteBox();
    var answer = requester.post("alice", facts("c2", "prod")).toCompletableFuture();
    alice.approve(approver, alice.look(approver, requester.id));
    var headless = requester.connect(answer.get(30, TimeUnit.SECONDS));
    var request = ListResourcesRequest.newBuilder().setResourceType("kube_server").build();

    assertThat(approver.listResources(request).getResourcesList())
        .extracting(r -> r.getKubernetesServer().getMetadata().getName())
        .containsExactly("c1", "c2");
    assertThat(headless.listResources(request).getResourcesList())
        .extracting(r -> r.getKubernetesServer().getMetadata().getName())
        .containsExactly("c2");
  }

  static X509Certificate kubeCertificate(
      dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub stub,
      String user,
      String cluster) {
    Certs certs = stub.generateUserCerts(kubeRequest(user, cluster));
    return Pem.certificate(certs.getTls().toByteArray());
  }

  static UserCertsRequest kubeRequest(String user, String cluster) {
    return UserCertsRequest.newBuilder()
        .setUsername(user)
        .setTlsPublicKey(AuthFixture.pem(HeldKey.generate(KeyKind.P256).publicKey()))
        .setUsage(CertUsage.KUBERNETES)
        .setKubernetesCluster(cluster)
        .setRequesterName(Requester.TSH_KUBE_LOCAL_PROXY_HEADLESS)
        .setExpires(
            dev.jtsh.protocol.web.WireTime.timestamp(
                java.time.Instant.now().plus(Duration.ofDays(30))))
        .build();
  }
}
