// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.jtsh.client.AuthClient;
import dev.jtsh.client.AuthEndpoint;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.SecurityKey;
import dev.jtsh.client.ServerVersion;
import dev.jtsh.client.WebClient;
import dev.jtsh.client.WebTrust;
import dev.jtsh.client.WebauthnCeremony;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.HeadlessNumberRequest;
import dev.jtsh.protocol.web.HeadlessNumberResponse;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Attack 23: the proxy is hostile. The approver's side reads from the auth server alone, and a
 * requester takes no host authority but the one its number was made with.
 */
@Timeout(120)
class Attack23HostileProxyIT {
  private static final String ID = "cb483ac7-2386-5991-9b89-9373500afe25";
  private static final String LOGIN = "/webapi/headless/login";
  private static final String NUMBER = "/webapi/jtsh/headless/number";

  private final FakeAuth auth = new FakeAuth();
  private FakeCluster honest;
  private FakeCluster hostile;

  @BeforeEach
  void start() throws Exception {
    honest = FakeCluster.start("root", new FakeAuth());
    hostile = FakeCluster.start("root", auth);
  }

  @AfterEach
  void stop() throws Exception {
    honest.close();
    hostile.close();
  }

  @Test
  void approverIsShownNothingByAServerThatIsNotTheClusters() throws Exception {
    auth.putHeadless(
        ID,
        HeadlessAuthentication.newBuilder()
            .setUser("alice")
            .setState(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_PENDING)
            .build());

    assertThat(find(hostile.hostAuthority()))
        .as("the test's own sight")
        .isInstanceOf(ApprovalOutcome.Pending.class);
    assertThat(find(honest.hostAuthority())).isInstanceOf(ApprovalOutcome.Failed.class);
    assertThat(auth.requests(dev.jtsh.protocol.grpc.proto.GetHeadlessAuthenticationRequest.class))
        .as("it was not even asked")
        .hasSize(1);
  }

  private ApprovalOutcome find(CertificateAuthority pinned) throws Exception {
    ProxyAddress proxy = ProxyAddress.parse(hostile.hostPort());
    try (AuthClient client =
        AuthClient.open(
            new AuthEndpoint(
                proxy,
                "root",
                hostile.client(hostile.user("alice"), Duration.ofHours(1)),
                TrustAnchors.of(pinned.certificate()),
                ServerVersion.parse("17.0.0")))) {
      return new HeadlessApproval(
              client, "alice", new WebauthnCeremony(proxy, Optional.empty(), new NoKey()))
          .find(ID);
    }
  }

  @Test
  void loginWithAnotherHostAuthorityThanTheNumberWasMadeWithIsRefused() throws Exception {
    assertThat(loginWithANumberOf(honest.hostAuthority()))
        .isInstanceOfSatisfying(
            HeadlessOutcome.Failed.class,
            failed -> assertThat(failed.message().toString()).contains("another host authority"));
    assertThat(loginWithANumberOf(hostile.hostAuthority()))
        .as("the same with the right one")
        .isInstanceOf(HeadlessOutcome.Approved.class);
  }

  private HeadlessOutcome loginWithANumberOf(CertificateAuthority authority) throws Exception {
    ByteString hash =
        ByteString.copyFrom(
            MessageDigest.getInstance("SHA-256").digest(authority.certificate().getEncoded()));
    var settled = new CountDownLatch(1);
    var pages = hostile.web();
    pages.on("/webapi/ping/headless", call -> WebReply.json(hostile.ping("17.0.0-jtsh")));
    pages.on(
        NUMBER,
        call -> {
          if (!call.as(HeadlessNumberRequest.class).opening().isEmpty()) {
            settled.countDown();
          }
          return WebReply.json(
              new HeadlessNumberResponse(ByteString.copyFrom(new byte[32]), hash, false, false));
        });
    pages.on(
        LOGIN,
        call -> {
          assertThat(settled.await(30, TimeUnit.SECONDS)).isTrue();
          return WebReply.json(
              hostile.login(
                  hostile.user("alice"),
                  call.as(HeadlessLoginRequest.class).keys().ssh(),
                  Duration.ofMinutes(1),
                  null));
        });
    try (WebClient web =
            new WebClient(
                WebTrust.of(List.of(hostile.webAuthority().certificate())),
                InstantSource.system());
        HeadlessSession session =
            HeadlessSession.request(
                web,
                web.ping(ProxyAddress.parse(hostile.hostPort()), "headless"),
                new HeadlessRequest(
                    "alice",
                    List.of(new KubeClusterName("kube1")),
                    Map.of(),
                    "",
                    false,
                    "",
                    Duration.ofHours(1),
                    "box",
                    "alice"),
                HeadlessTiming.STANDARD,
                InstantSource.system(),
                new SecureRandom())) {
      return session.await((SafeText cause, Duration pause) -> {});
    }
  }

  /** Must not be asked. */
  private static final class NoKey implements SecurityKey {
    @Override
    public AssertionResult sign(AssertionRequest request) {
      throw new AssertionError("asked to sign");
    }

    @Override
    public RegistrationResult register(RegistrationRequest request) {
      throw new AssertionError("asked to register");
    }
  }
}
