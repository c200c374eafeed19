// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.jtsh.client.AuthClient;
import dev.jtsh.client.AuthEndpoint;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.SecurityKey;
import dev.jtsh.client.ServerVersion;
import dev.jtsh.client.WebauthnCeremony;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.grpc.proto.CreateAuthenticateChallengeRequest;
import dev.jtsh.protocol.grpc.proto.UpdateHeadlessAuthenticationStateRequest;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.grpc.types.HeadlessFacts;
import dev.jtsh.protocol.grpc.types.Metadata;
import dev.jtsh.protocol.grpc.types.ResourceHeader;
import dev.jtsh.protocol.headless.ApprovalFacts;
import dev.jtsh.protocol.headless.FactsDigest;
import dev.jtsh.protocol.web.WireTime;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HeadlessApprovalIT {
  private static final String ID = "cb483ac7-2386-5991-9b89-9373500afe25";

  private final FakeAuth auth = new FakeAuth();
  private final AtomicInteger touches = new AtomicInteger();
  private FakeCluster cluster;
  private AuthClient client;
  private HeadlessApproval approval;

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start("root", auth);
    ProxyAddress proxy = ProxyAddress.parse(cluster.hostPort());
    client =
        AuthClient.open(
            new AuthEndpoint(
                proxy,
                "root",
                cluster.client(cluster.user("alice"), Duration.ofHours(1)),
                TrustAnchors.of(cluster.hostAuthority().certificate()),
                ServerVersion.parse("17.0.0")));
    approval =
        new HeadlessApproval(
            client, "alice", new WebauthnCeremony(proxy, Optional.empty(), new CountingKey()));
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    cluster.close();
  }

  @Test
  void approvalIsTiedToTheFactsThatWereShown() {
    HeadlessAuthentication request = withFacts("kube1", "kube1");
    auth.putHeadless(ID, request);

    PendingRequest pending = pending();
    assertThat(pending.lines())
        .extracting(Object::toString)
        .anyMatch(line -> line.contains("\"192.0.2.7:4711\" requires approval"))
        .anyMatch(line -> line.contains("kube1"))
        .anyMatch(line -> line.contains("1h0m0s"))
        .anyMatch(line -> line.contains("Claimed by the requester: host box, user root"));
    assertThat(approval.approve(pending, 0)).isInstanceOf(ApprovalOutcome.Approved.class);

    ByteString digest = request.getJtshFacts().getDigest();
    var challenge = auth.requests(CreateAuthenticateChallengeRequest.class).getFirst();
    assertThat(challenge.getChallengeExtensions().getScopeValue()).isEqualTo(3);
    assertThat(challenge.getChallengeExtensions().getJtshFactsDigest()).isEqualTo(digest);
    assertThat(challenge.getChallengeExtensions().getJtshHeadlessId()).isEqualTo(ID);
    var update = auth.requests(UpdateHeadlessAuthenticationStateRequest.class).getFirst();
    assertThat(update.getState())
        .isEqualTo(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_APPROVED);
    assertThat(update.getJtshFactsDigest()).isEqualTo(digest);
    assertThat(update.getMfaResponse().hasWebauthn()).isTrue();
  }

  @Test
  void attack03FactsThatAreNotThoseOfTheDigestAreNotShown() {
    auth.putHeadless(ID, withFacts("kube1", "prod"));

    assertThat(approval.find(ID)).isInstanceOf(ApprovalOutcome.Failed.class);
    assertThat(touches.get()).isZero();
  }

  @Test
  void plainTeleportRequestIsShownAsAFullLogin() {
    auth.putHeadless(ID, plain(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_PENDING));

    PendingRequest pending = pending();
    assertThat(pending.lines())
        .extracting(Object::toString)
        .anyMatch(line -> line.contains("full login as you"));
    assertThat(approval.approve(pending, 0)).isInstanceOf(ApprovalOutcome.Approved.class);
  }

  @Test
  void denialNeedsNoKey() {
    auth.putHeadless(ID, withFacts("kube1", "kube1"));

    assertThat(approval.deny(pending(), false)).isInstanceOf(ApprovalOutcome.Denied.class);
    assertThat(touches.get()).isZero();
    assertThat(auth.requests(UpdateHeadlessAuthenticationStateRequest.class).getFirst().getState())
        .isEqualTo(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_DENIED);
  }

  @Test
  void expiredOrForeignRequestIsNotFound() {
    ApprovalOutcome outcome = approval.find(ID);

    assertThat(outcome).isInstanceOf(ApprovalOutcome.NotFound.class);
    assertThat(((ApprovalOutcome.Undecided) outcome).kind()).isEqualTo(ErrorKind.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "CB483AC7-2386-5991-9B89-9373500AFE25",
        "cb483ac7-2386-4991-9b89-9373500afe25",
        "cb483ac7-2386-5991-9b89-9373500afe2",
        "../cb483ac7-2386-5991-9b89-9373500afe25"
      })
  void mistypedIdIsSaidWithoutAskingTheCluster(String id) {
    assertThat(approval.find(id)).isInstanceOf(ApprovalOutcome.Failed.class);
    assertThat(auth.requests()).isEmpty();
  }

  @Test
  void decidedRequestCannotBeApprovedAgain() {
    auth.putHeadless(ID, plain(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_APPROVED));

    ApprovalOutcome outcome = approval.find(ID);

    assertThat(outcome).isInstanceOf(ApprovalOutcome.AlreadyDecided.class);
    assertThat(((ApprovalOutcome.Undecided) outcome).message().toString())
        .isEqualTo("cannot approve a headless authentication from a non-pending state: approved");
  }

  @Test
  void attack22ChallengeForAnotherSiteIsNotSigned() {
    auth.putHeadless(ID, withFacts("kube1", "kube1"));
    auth.challengeFor("bank.example.com");

    assertThat(approval.approve(pending(), 0)).isInstanceOf(ApprovalOutcome.NotSigned.class);
    assertThat(touches.get()).isZero();
    assertThat(auth.requests(UpdateHeadlessAuthenticationStateRequest.class)).isEmpty();
  }

  private PendingRequest pending() {
    ApprovalOutcome outcome = approval.find(ID);
    assertThat(outcome).isInstanceOf(ApprovalOutcome.Pending.class);
    return ((ApprovalOutcome.Pending) outcome).request();
  }

  private static HeadlessAuthentication plain(HeadlessAuthenticationState state) {
    return HeadlessAuthentication.newBuilder()
        .setHeader(ResourceHeader.newBuilder().setMetadata(Metadata.newBuilder().setName(ID)))
        .setUser("alice")
        .setState(state)
        .setClientIpAddress("192.0.2.7:4711")
        .setSshPublicKey(ByteString.copyFromUtf8("ssh key"))
        .build();
  }

  /** A request that shows one cluster, with the digest of facts with another. */
  private static HeadlessAuthentication withFacts(String shown, String digested) {
    HeadlessAuthentication.Builder request =
        plain(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_PENDING).toBuilder();
    HeadlessFacts.Builder facts =
        HeadlessFacts.newBuilder()
            .setHost("box")
            .setOsUser("root")
            .addKubeClusters(digested)
            .setDuration(WireTime.duration(Duration.ofHours(1)))
            .setRequestedAt(WireTime.timestamp(Instant.parse("2026-11-21T10:00:00Z")));
    ByteString digest = FactsDigest.of(ApprovalFacts.of(request.setJtshFacts(facts).build()));
    return request.setJtshFacts(facts.setKubeClusters(0, shown).setDigest(digest)).build();
  }

  private final class CountingKey implements SecurityKey {
    @Override
    public AssertionResult sign(AssertionRequest request) {
      touches.incrementAndGet();
      ByteString some = ByteString.copyFromUtf8("signed");
      return new AssertionResult(some, some, some, some, some);
    }

    @Override
    public RegistrationResult register(RegistrationRequest request) {
      throw new AssertionError("not asked for");
    }
  }
}
