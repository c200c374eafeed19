// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.jtsh.protocol.grpc.mfa.ChallengeExtensions;
import dev.jtsh.protocol.grpc.proto.AddMFADeviceSyncRequest;
import dev.jtsh.protocol.grpc.proto.AddMFADeviceSyncResponse;
import dev.jtsh.protocol.grpc.proto.CreateAuthenticateChallengeRequest;
import dev.jtsh.protocol.grpc.proto.CreateRegisterChallengeRequest;
import dev.jtsh.protocol.grpc.proto.DeleteMFADeviceSyncRequest;
import dev.jtsh.protocol.grpc.proto.DeviceType;
import dev.jtsh.protocol.grpc.proto.GetMFADevicesRequest;
import dev.jtsh.protocol.grpc.proto.GetMFADevicesResponse;
import dev.jtsh.protocol.grpc.proto.IsMFARequiredRequest;
import dev.jtsh.protocol.grpc.proto.IsMFARequiredResponse;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateChallenge;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.MFARegisterChallenge;
import dev.jtsh.protocol.grpc.proto.MFARegisterResponse;
import dev.jtsh.protocol.grpc.proto.TOTPRegisterChallenge;
import dev.jtsh.protocol.grpc.proto.TOTPRegisterResponse;
import dev.jtsh.protocol.grpc.types.MfaDevice;
import dev.jtsh.protocol.grpc.webauthn.AuthenticatorAttestationResponse;
import dev.jtsh.protocol.grpc.webauthn.AuthenticatorSelection;
import dev.jtsh.protocol.grpc.webauthn.CredentialCreationResponse;
import dev.jtsh.protocol.grpc.webauthn.PublicKeyCredentialCreationOptions;
import dev.jtsh.protocol.grpc.webauthn.PublicKeyCredentialRequestOptions;
import dev.jtsh.protocol.grpc.webauthn.UserEntity;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The numbers on the wire of the messages about second factors, as Teleport's own definitions have
 * them (read in its repository, version 17). A wrong one is silent: the other side reads nothing.
 */
class MfaFieldNumbersTest {
  private static final int OURS = 1000;

  static Stream<Arguments> messages() {
    return Stream.of(
        Arguments.of(
            CreateAuthenticateChallengeRequest.getDescriptor(),
            "1 user_credentials, 2 recovery_start_token_id, 3 context_user, 4 passwordless,"
                + " 5 mfa_required_check, 6 challenge_extensions, 7 sso_client_redirect_url,"
                + " 8 proxy_address, 9 browser_mfa_tsh_redirect_url, 10 browser_mfa_request_id"),
        Arguments.of(
            ChallengeExtensions.getDescriptor(),
            "1 scope, 2 allow_reuse, 3 user_verification_requirement"),
        Arguments.of(
            MFAAuthenticateChallenge.getDescriptor(),
            "2 totp, 3 webauthn_challenge, 4 mfa_required, 5 sso_challenge,"
                + " 6 browser_mfa_challenge"),
        Arguments.of(
            MFAAuthenticateResponse.getDescriptor(), "2 totp, 3 webauthn, 4 sso, 5 browser"),
        Arguments.of(GetMFADevicesRequest.getDescriptor(), "1 token_id"),
        Arguments.of(GetMFADevicesResponse.getDescriptor(), "1 devices"),
        Arguments.of(
            CreateRegisterChallengeRequest.getDescriptor(),
            "1 token_id, 2 device_type, 3 device_usage, 4 existing_mfa_response"),
        Arguments.of(MFARegisterChallenge.getDescriptor(), "2 totp, 3 webauthn"),
        Arguments.of(MFARegisterResponse.getDescriptor(), "2 totp, 3 webauthn"),
        Arguments.of(
            TOTPRegisterChallenge.getDescriptor(),
            "1 secret, 2 issuer, 3 period_seconds, 4 algorithm, 5 digits, 6 account, 7 qr_code,"
                + " 8 id"),
        Arguments.of(TOTPRegisterResponse.getDescriptor(), "1 code, 2 id"),
        Arguments.of(
            AddMFADeviceSyncRequest.getDescriptor(),
            "1 token_id, 2 new_device_name, 3 new_mfa_response, 4 device_usage, 5 context_user"),
        Arguments.of(AddMFADeviceSyncResponse.getDescriptor(), "1 device"),
        Arguments.of(
            DeleteMFADeviceSyncRequest.getDescriptor(),
            "1 token_id, 2 device_name, 3 existing_mfa_response"),
        Arguments.of(
            IsMFARequiredRequest.getDescriptor(),
            "1 kubernetes_cluster, 2 database, 3 node, 4 windows_desktop, 5 admin_action, 6 app"),
        Arguments.of(IsMFARequiredResponse.getDescriptor(), "1 required, 2 mfa_required"),
        Arguments.of(
            MfaDevice.getDescriptor(),
            "1 kind, 2 sub_kind, 3 version, 4 metadata, 5 id, 6 added_at, 7 last_used, 8 totp,"
                + " 9 u2f, 10 webauthn, 11 sso"),
        Arguments.of(
            PublicKeyCredentialRequestOptions.getDescriptor(),
            "1 challenge, 2 timeout_ms, 3 rp_id, 4 allow_credentials, 5 extensions,"
                + " 6 user_verification"),
        Arguments.of(
            PublicKeyCredentialCreationOptions.getDescriptor(),
            "1 challenge, 2 rp, 3 user, 4 credential_parameters, 5 timeout_ms,"
                + " 6 exclude_credentials, 7 attestation, 8 extensions,"
                + " 9 authenticator_selection"),
        Arguments.of(
            AuthenticatorSelection.getDescriptor(),
            "1 authenticator_attachment, 2 require_resident_key, 3 user_verification"),
        Arguments.of(UserEntity.getDescriptor(), "1 id, 2 name, 3 display_name"),
        Arguments.of(
            CredentialCreationResponse.getDescriptor(),
            "1 type, 2 raw_id, 3 response, 4 extensions"),
        Arguments.of(
            AuthenticatorAttestationResponse.getDescriptor(),
            "1 client_data_json, 2 attestation_object"));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void fieldsHaveTheNumbersOfTheOriginal(Descriptor message, String expected) {
    assertThat(
            message.getFields().stream()
                .filter(field -> field.getNumber() < OURS)
                .sorted(java.util.Comparator.comparingInt(FieldDescriptor::getNumber))
                .map(field -> field.getNumber() + " " + field.getName())
                .collect(Collectors.joining(", ")))
        .as(message.getFullName())
        .isEqualTo(expected);
  }

  @Test
  void deviceTypesHaveTheNumbersOfTheOriginal() {
    assertThat(DeviceType.DEVICE_TYPE_TOTP.getNumber()).isEqualTo(1);
    assertThat(DeviceType.DEVICE_TYPE_WEBAUTHN.getNumber()).isEqualTo(3);
  }
}
