// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.jtsh.protocol.Recorded;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc;
import dev.jtsh.protocol.grpc.proto.ListResourcesResponse;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.grpc.trust.TrustServiceGrpc;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.headless.ApprovalFacts;
import dev.jtsh.protocol.web.HeadlessResource;
import org.junit.jupiter.api.Test;

class RecordedGrpcTest {
  @Test
  void servicesHaveTeleportsNames() {
    assertThat(AuthServiceGrpc.getGenerateUserCertsMethod().getFullMethodName())
        .isEqualTo("proto.AuthService/GenerateUserCerts");
    assertThat(TrustServiceGrpc.getGetCertAuthoritiesMethod().getFullMethodName())
        .isEqualTo("teleport.trust.v1.TrustService/GetCertAuthorities");
  }

  @Test
  void recordedPendingRequestIsUnderstood() throws InvalidProtocolBufferException {
    var request =
        HeadlessAuthentication.parseFrom(
            Recorded.hex("wire/05-GetHeadlessAuthentication.response.pb.hex"));

    assertThat(request.getHeader().getKind()).isEqualTo("headless_authentication");
    assertThat(request.getHeader().getMetadata().getName())
        .isEqualTo("a04c391d-6833-5e53-872f-e17f44b8a018");
    assertThat(request.getUser()).isEqualTo("alice");
    assertThat(request.getState())
        .isEqualTo(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_PENDING);
    assertThat(request.getClientIpAddress()).isEqualTo("127.0.0.1:43288");
    assertThat(ApprovalFacts.areIn(request)).isFalse();
    assertNothingUnknown(request);
    assertThat(HeadlessResource.of(request).state()).isEqualTo(1);
    assertThat(HeadlessResource.of(request).publicKey().toStringUtf8()).endsWith("\n");
  }

  @Test
  void recordedApprovedRequestNamesItsDevice() throws InvalidProtocolBufferException {
    var request =
        HeadlessAuthentication.parseFrom(
            Recorded.hex("wire/05-GetHeadlessAuthentication-approved.response.pb.hex"));

    assertThat(request.getState())
        .isEqualTo(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_APPROVED);
    assertThat(request.getMfaDevice().getMetadata().getName()).isEqualTo("soft");
    assertThat(request.getMfaDevice().getId()).isEqualTo("65e67223-5420-4c40-9386-46eff93ff545");
  }

  @Test
  void recordedCertificateRequestIsUnderstood() throws InvalidProtocolBufferException {
    byte[] recorded = Recorded.bytes("wire/03-GenerateUserCerts.request.pb");
    var request = UserCertsRequest.parseFrom(recorded);

    assertThat(request.getUsername()).isEqualTo("alice");
    assertThat(request.getUsage()).isEqualTo(UserCertsRequest.CertUsage.KUBERNETES);
    assertThat(request.getKubernetesCluster()).isEqualTo("kube1");
    assertThat(request.getPublicKey().toStringUtf8()).contains("ssh-");
    assertNothingUnknown(request);
    assertThat(request.toByteArray()).isEqualTo(recorded);
  }

  @Test
  void recordedKubeServersAreUnderstood() throws InvalidProtocolBufferException {
    var response =
        ListResourcesResponse.parseFrom(Recorded.bytes("wire/03-ListResources-java.response.pb"));

    assertThat(response.getResourcesList())
        .extracting(r -> r.getKubernetesServer().getSpec().getCluster().getMetadata().getName())
        .containsExactly("kube1");
    assertThat(response.getResources(0).getKubernetesServer().getKind()).isEqualTo("kube_server");
  }

  private static void assertNothingUnknown(Message message) {
    assertThat(message.getUnknownFields()).isEqualTo(UnknownFieldSet.getDefaultInstance());
  }
}
