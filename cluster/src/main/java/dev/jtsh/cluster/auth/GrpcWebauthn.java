// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.TOTPRegisterChallenge;
import dev.jtsh.protocol.grpc.types.Metadata;
import dev.jtsh.protocol.grpc.types.WebauthnDevice;
import dev.jtsh.protocol.grpc.webauthn.AuthenticatorSelection;
import dev.jtsh.protocol.grpc.webauthn.CredentialAssertion;
import dev.jtsh.protocol.grpc.webauthn.CredentialCreation;
import dev.jtsh.protocol.grpc.webauthn.CredentialCreationResponse;
import dev.jtsh.protocol.grpc.webauthn.CredentialDescriptor;
import dev.jtsh.protocol.grpc.webauthn.CredentialParameter;
import dev.jtsh.protocol.grpc.webauthn.PublicKeyCredentialCreationOptions;
import dev.jtsh.protocol.grpc.webauthn.PublicKeyCredentialRequestOptions;
import dev.jtsh.protocol.grpc.webauthn.RelyingPartyEntity;
import dev.jtsh.protocol.grpc.webauthn.UserEntity;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnAttestationJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import dev.jtsh.protocol.web.WebauthnCreationJson;
import dev.jtsh.protocol.web.WireTime;
import java.util.Optional;

/** Second factors between the forms of gRPC and of the web API. */
final class GrpcWebauthn {

  private GrpcWebauthn() {}

  /** The signed challenge, if the response holds one. */
  static Optional<WebauthnAssertionJson> answer(MFAAuthenticateResponse response) {
    if (!response.hasWebauthn()) {
      return Optional.empty();
    }
    var webauthn = response.getWebauthn();
    return Optional.of(
        WebauthnAssertionJson.of(
            webauthn.getRawId(),
            new WebauthnAssertionJson.Response(
                webauthn.getResponse().getClientDataJson(),
                webauthn.getResponse().getAuthenticatorData(),
                webauthn.getResponse().getSignature(),
                webauthn.getResponse().getUserHandle())));
  }

  static CredentialAssertion challenge(WebauthnChallengeJson challenge) {
    var options = challenge.publicKey();
    var message =
        PublicKeyCredentialRequestOptions.newBuilder()
            .setChallenge(options.challenge())
            .setTimeoutMs(options.timeoutMillis())
            .setRpId(options.rpId())
            .setUserVerification(options.userVerification());
    options
        .allowCredentials()
        .forEach(c ->
            message.addAllowCredentials(
                CredentialDescriptor.newBuilder().setType(c.type()).setId(c.id())));
    return CredentialAssertion.newBuilder().setPublicKey(message).build();
  }

  /** What a new key shall sign. */
  static CredentialCreation creation(WebauthnCreationJson creation) {
    var options = creation.publicKey();
    var message =
        PublicKeyCredentialCreationOptions.newBuilder()
            .setChallenge(options.challenge())
            .setRp(
                RelyingPartyEntity.newBuilder()
                    .setId(options.rp().id())
                    .setName(options.rp().name()))
            .setUser(
                UserEntity.newBuilder()
                    .setId(options.user().id())
                    .setName(options.user().name())
                    .setDisplayName(options.user().displayName()))
            .setTimeoutMs(options.timeoutMillis())
            .setAttestation(options.attestation());
    options
        .pubKeyCredParams()
        .forEach(p ->
            message.addCredentialParameters(
                CredentialParameter.newBuilder().setType(p.type()).setAlg(p.alg())));
    options
        .excludeCredentials()
        .forEach(c ->
            message.addExcludeCredentials(
                CredentialDescriptor.newBuilder().setType(c.type()).setId(c.id())));
    var selection = options.authenticatorSelection();
    if (selection != null) {
      message.setAuthenticatorSelection(
          AuthenticatorSelection.newBuilder().setUserVerification(selection.userVerification()));
    }
    return CredentialCreation.newBuilder().setPublicKey(message).build();
  }

  /** A new key's answer. */
  static WebauthnAttestationJson attestation(CredentialCreationResponse response) {
    return WebauthnAttestationJson.of(
        response.getRawId(),
        new WebauthnAttestationJson.Response(
            response.getResponse().getClientDataJson(),
            response.getResponse().getAttestationObject()));
  }

  /** An app for codes as clients list it; without its secret. */
  static dev.jtsh.protocol.grpc.types.MfaDevice device(TotpDevice device) {
    return dev.jtsh.protocol.grpc.types.MfaDevice.newBuilder()
        .setKind("mfa_device")
        .setVersion("v1")
        .setMetadata(Metadata.newBuilder().setName(device.name()))
        .setId(device.id())
        .setAddedAt(WireTime.timestamp(device.addedAt()))
        .setTotp(dev.jtsh.protocol.grpc.types.TotpDevice.getDefaultInstance())
        .build();
  }

  /** What an app for codes is given. */
  static TOTPRegisterChallenge registration(
      OneTimeCodes.Registration made, String issuer, String user) {
    return TOTPRegisterChallenge.newBuilder()
        .setId(made.id())
        .setSecret(Totp.base32(made.secret()))
        .setIssuer(issuer)
        .setAccount(user)
        .setPeriodSeconds(Totp.PERIOD_SECONDS)
        .setAlgorithm("SHA1")
        .setDigits(Totp.DIGITS)
        .build();
  }

  /** A key as clients list it. */
  static dev.jtsh.protocol.grpc.types.MfaDevice device(MfaDevice device) {
    return dev.jtsh.protocol.grpc.types.MfaDevice.newBuilder()
        .setKind("mfa_device")
        .setVersion("v1")
        .setMetadata(Metadata.newBuilder().setName(device.name()))
        .setId(device.id())
        .setAddedAt(WireTime.timestamp(device.addedAt()))
        .setWebauthn(WebauthnDevice.getDefaultInstance())
        .build();
  }
}
