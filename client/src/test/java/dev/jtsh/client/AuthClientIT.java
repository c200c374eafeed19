// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AuthClientIT {
  /** 40 bytes: its hex is no DNS label any more. */
  private static final String LONG_NAME = "a-cluster-with-a-name-that-is-quite-long";

  private final FakeAuth auth = new FakeAuth();
  private String name = "root";
  private FakeCluster cluster;

  @BeforeEach
  void start() throws Exception {
    cluster = FakeCluster.start(name, auth);
  }

  @AfterEach
  void stop() throws Exception {
    cluster.close();
  }

  @Test
  void authServerIsReachedThroughTheWebPort() throws Exception {
    try (AuthClient client = open("17.0.0")) {
      assertThat(client.ping().getServerVersion()).isEqualTo("17.0.0");
    }
  }

  @Test
  void clusterNameOfMoreThan31BytesWorksToo() throws Exception {
    cluster.close();
    name = LONG_NAME;
    start();
    try (AuthClient client = open("17.0.0")) {
      assertThat(client.ping().getServerVersion()).isEqualTo("17.0.0");
    }
  }

  @Test
  void authServerOfAnotherAuthorityIsRefused() throws Exception {
    var endpoint =
        new AuthEndpoint(
            proxy(),
            "root",
            identity(Duration.ofHours(1)),
            TrustAnchors.of(cluster.webAuthority().certificate()),
            ServerVersion.parse("17.0.0"));
    try (AuthClient client = AuthClient.open(endpoint)) {
      assertThatThrownBy(client::ping).isInstanceOf(ClientException.UntrustedCertificate.class);
    }
  }

  @Test
  void expiredCertificateIsAFinalError() throws Exception {
    var endpoint =
        new AuthEndpoint(
            proxy(),
            "root",
            identity(Duration.ofSeconds(-5)),
            TrustAnchors.of(cluster.hostAuthority().certificate()),
            ServerVersion.parse("17.0.0"));
    try (AuthClient client = AuthClient.open(endpoint)) {
      assertThatThrownBy(client::ping).isInstanceOf(ClientException.CertificateRejected.class);
    }
  }

  @Test
  void serverThatHangsUpAfterTheHandshakeRefusesOurCertificate() throws Exception {
    cluster.router().hangUpOnAuth();
    try (AuthClient client = open("17.0.0")) {
      assertThatThrownBy(client::ping).isInstanceOf(ClientException.CertificateRejected.class);
    }
  }

  @Test
  void connectionThatIsCutAfterAnAnswerIsNoRefusal() throws Exception {
    try (AuthClient client = open("17.0.0")) {
      client.ping();
      cluster.close();

      assertThatThrownBy(client::ping)
          .isInstanceOfAny(ClientException.ConnectionLost.class, ClientException.Unreachable.class);
    }
  }

  @Test
  void pendingRequestsAreFollowedUntilTheCallerHasEnough() throws Exception {
    auth.putHeadless("one", HeadlessAuthentication.newBuilder().setUser("alice").build());
    var seen = new ArrayList<String>();
    try (AuthClient client = open("17.0.0")) {
      client.watchPendingHeadless(request -> {
        seen.add(request.getUser());
        return false;
      });
    }
    assertThat(seen).containsExactly("alice");
  }

  @Test
  void nothingAtThePortIsUnreachable() throws Exception {
    AuthClient client = open("17.0.0");
    cluster.close();
    try (client) {
      assertThatThrownBy(client::ping).isInstanceOf(ClientException.Unreachable.class);
    }
  }

  @Test
  void kubeClustersComeOnceEachSortedAndOnlyWithHarmlessNames() throws Exception {
    auth.addKubeServers(List.of("zeta", "alpha", "zeta", "../evil", "a$(id)", "beta"));
    try (AuthClient client = open("17.0.0")) {
      assertThat(client.listKubeClusters(Map.of(), ""))
          .extracting(found -> found.name().value())
          .containsExactly("alpha", "beta", "zeta");
    }
  }

  @Test
  void newServerGetsTheTlsKeyAloneAndAnOldOneTheSshKey() throws Exception {
    auth.certifyWith(FakeAuth.kubeCertifier(cluster.userAuthority(), cluster.user("alice")));
    for (String version : List.of("17.0.0", "15.0.0")) {
      try (AuthClient client = open(version);
          HeldKey key = HeldKey.generate(KeyKind.P256)) {
        client.issueKubeCertificate(request(key));
      }
    }

    var requests = auth.requests(UserCertsRequest.class);
    assertThat(requests.get(0).getTlsPublicKey().isEmpty()).isFalse();
    assertThat(requests.get(0).getPublicKey().isEmpty()).isTrue();
    assertThat(requests.get(1).getTlsPublicKey().isEmpty()).isTrue();
    assertThat(requests.get(1).getPublicKey().toStringUtf8()).startsWith("ecdsa-sha2-nistp256 ");
  }

  @Test
  void certificateForAnotherKeyIsNotTaken() throws Exception {
    try (AuthClient client = open("17.0.0");
        HeldKey asked = HeldKey.generate(KeyKind.P256);
        HeldKey other = HeldKey.generate(KeyKind.P256)) {
      FakeAuth.Certifier right =
          FakeAuth.kubeCertifier(cluster.userAuthority(), cluster.user("alice"));
      auth.certifyWith((request, key) -> right.certificate(request, other.publicKey()));

      assertThatThrownBy(() -> client.issueKubeCertificate(request(asked)))
          .isInstanceOf(ClientException.BadAnswer.class);
    }
  }

  @Test
  void serversWordsArriveWithTheirKind() throws Exception {
    try (AuthClient client = open("17.0.0");
        HeldKey key = HeldKey.generate(KeyKind.P256)) {
      assertThatThrownBy(() -> client.issueKubeCertificate(request(key)))
          .isInstanceOfSatisfying(
              ClientException.Refused.class,
              refused -> assertThat(refused.reason().toString()).isEqualTo("no certifier"));
    }
  }

  private ProxyAddress proxy() {
    return ProxyAddress.parse(cluster.hostPort());
  }

  private TlsIdentity identity(Duration length) {
    return cluster.client(cluster.user("alice"), length);
  }

  private AuthClient open(String version) {
    return AuthClient.open(
        new AuthEndpoint(
            proxy(),
            name,
            identity(Duration.ofHours(1)),
            TrustAnchors.of(cluster.hostAuthority().certificate()),
            ServerVersion.parse(version)));
  }

  private static KubeCertificateRequest request(HeldKey key) {
    return new KubeCertificateRequest(
        "alice",
        new KubeClusterName("kube1"),
        key.publicKey(),
        Instant.now().plus(Duration.ofHours(1)),
        UserCertsRequest.Requester.TSH_KUBE_LOCAL_PROXY_HEADLESS);
  }
}
