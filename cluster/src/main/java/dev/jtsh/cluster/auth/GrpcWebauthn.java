// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.webauthn.CredentialAssertion;
import dev.jtsh.protocol.grpc.webauthn.CredentialDescriptor;
import dev.jtsh.protocol.grpc.webauthn.PublicKeyCredentialRequestOptions;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import java.util.Optional;

/** WebAuthn between the forms of gRPC and of the web API. */
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
}
