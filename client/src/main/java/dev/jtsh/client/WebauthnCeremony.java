// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import com.google.protobuf.ByteString;
import dev.jtsh.client.SecurityKey.AssertionRequest;
import dev.jtsh.client.SecurityKey.AssertionResult;
import dev.jtsh.client.SecurityKey.RegistrationRequest;
import dev.jtsh.client.SecurityKey.RegistrationResult;
import dev.jtsh.client.SecurityKey.SecurityKeyException;
import dev.jtsh.client.SecurityKey.UserVerification;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.MFARegisterResponse;
import dev.jtsh.protocol.grpc.webauthn.AuthenticatorAssertionResponse;
import dev.jtsh.protocol.grpc.webauthn.AuthenticatorAttestationResponse;
import dev.jtsh.protocol.grpc.webauthn.CredentialAssertion;
import dev.jtsh.protocol.grpc.webauthn.CredentialAssertionResponse;
import dev.jtsh.protocol.grpc.webauthn.CredentialCreation;
import dev.jtsh.protocol.grpc.webauthn.CredentialCreationResponse;
import dev.jtsh.protocol.grpc.webauthn.CredentialDescriptor;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnAttestationJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import dev.jtsh.protocol.web.WebauthnCreationJson;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Carries a server's challenge to the security key and the answer back. The origin comes from the
 * address that was dialled, never from the server, and a relying party that is neither the dialled
 * host nor the parent that was pinned for it gets no signature (security rule 22): a foreign
 * cluster cannot collect assertions for another.
 */
public final class WebauthnCeremony {
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");
  private static final String PUBLIC_KEY = "public-key";

  private final ProxyAddress proxy;
  private final Optional<String> pinnedParent;
  private final SecurityKey key;

  /**
   * For one proxy.
   *
   * @param proxy as dialled
   * @param pinnedParent a parent domain of the proxy's host that the user, or an earlier login,
   *     accepted as relying party
   * @param key the authenticator
   */
  public WebauthnCeremony(ProxyAddress proxy, Optional<String> pinnedParent, SecurityKey key) {
    this.proxy = proxy;
    this.pinnedParent = pinnedParent;
    this.key = key;
  }

  /** Answers a challenge of the web API. */
  public WebauthnAssertionJson sign(WebauthnChallengeJson challenge) throws ClientException {
    WebauthnChallengeJson.RequestOptions options = challenge.publicKey();
    AssertionResult result =
        sign(
            options.rpId(),
            options.challenge(),
            options.allowCredentials().stream()
                .map(WebauthnChallengeJson.CredentialDescriptor::id)
                .toList(),
            options.userVerification());
    return WebauthnAssertionJson.of(
        result.credentialId(),
        new WebauthnAssertionJson.Response(
            result.clientDataJson(),
            result.authenticatorData(),
            result.signature(),
            result.userHandle()));
  }

  /** Answers a challenge of the auth API. */
  public MFAAuthenticateResponse sign(CredentialAssertion challenge) throws ClientException {
    var options = challenge.getPublicKey();
    AssertionResult result =
        sign(
            options.getRpId(),
            options.getChallenge(),
            options.getAllowCredentialsList().stream().map(CredentialDescriptor::getId).toList(),
            options.getUserVerification());
    return MFAAuthenticateResponse.newBuilder()
        .setWebauthn(
            CredentialAssertionResponse.newBuilder()
                .setType(PUBLIC_KEY)
                .setRawId(result.credentialId())
                .setResponse(
                    AuthenticatorAssertionResponse.newBuilder()
                        .setClientDataJson(result.clientDataJson())
                        .setAuthenticatorData(result.authenticatorData())
                        .setSignature(result.signature())
                        .setUserHandle(result.userHandle())))
        .build();
  }

  /** Makes the credential that the auth API asks for. */
  public MFARegisterResponse register(CredentialCreation creation) throws ClientException {
    var options = creation.getPublicKey();
    checkRelyingParty(options.getRp().getId());
    var request =
        new RegistrationRequest(
            options.getRp().getId(),
            proxy.origin(),
            options.getChallenge(),
            options.getUser().getId(),
            options.getUser().getName(),
            options.getExcludeCredentialsList().stream().map(CredentialDescriptor::getId).toList(),
            verification(options.getAuthenticatorSelection().getUserVerification()));
    try {
      RegistrationResult result = key.register(request);
      return MFARegisterResponse.newBuilder()
          .setWebauthn(
              CredentialCreationResponse.newBuilder()
                  .setType(PUBLIC_KEY)
                  .setRawId(result.credentialId())
                  .setResponse(
                      AuthenticatorAttestationResponse.newBuilder()
                          .setClientDataJson(result.clientDataJson())
                          .setAttestationObject(result.attestationObject())))
          .build();
    } catch (SecurityKeyException e) {
      throw failed(e);
    }
  }

  /** Makes the credential a sign-up asks for. */
  public WebauthnAttestationJson register(WebauthnCreationJson creation) throws ClientException {
    WebauthnCreationJson.CreationOptions options = creation.publicKey();
    checkRelyingParty(options.rp().id());
    WebauthnCreationJson.Selection selection = options.authenticatorSelection();
    var request =
        new RegistrationRequest(
            options.rp().id(),
            proxy.origin(),
            options.challenge(),
            options.user().id(),
            options.user().name(),
            options.excludeCredentials().stream()
                .map(WebauthnChallengeJson.CredentialDescriptor::id)
                .toList(),
            verification(selection == null ? "" : selection.userVerification()));
    try {
      RegistrationResult result = key.register(request);
      return WebauthnAttestationJson.of(
          result.credentialId(),
          new WebauthnAttestationJson.Response(
              result.clientDataJson(), result.attestationObject()));
    } catch (SecurityKeyException e) {
      throw failed(e);
    }
  }

  private AssertionResult sign(
      String rpId, ByteString challenge, List<ByteString> allowed, String userVerification)
      throws ClientException {
    checkRelyingParty(rpId);
    try {
      return key.sign(
          new AssertionRequest(
              rpId, proxy.origin(), challenge, allowed, verification(userVerification)));
    } catch (SecurityKeyException e) {
      throw failed(e);
    }
  }

  private void checkRelyingParty(String rpId) throws ClientException {
    if (ADDRESS.matcher(proxy.host()).matches()) {
      throw new ClientException.SecurityKeyFailed(
          SafeText.literal("WebAuthn works with host names only, not with IP addresses"),
          SafeText.literal("name the proxy by its host name (--proxy)"),
          null);
    }
    boolean parent =
        pinnedParent.filter(rpId::equals).isPresent()
            && proxy.host().endsWith("." + rpId)
            && rpId.indexOf('.') > 0;
    if (!rpId.equals(proxy.host()) && !parent) {
      throw new ClientException.SecurityKeyFailed(
          SafeText.format(
              "the cluster asks for a signature for \"{}\", but {} was dialled: refused",
              SafeText.ofHostName(rpId),
              SafeText.ofHostName(proxy.host())),
          SafeText.literal(
              "dial the proxy by the name in the message; if that is not yours, do not go on"),
          null);
    }
  }

  private static UserVerification verification(String text) {
    return switch (text) {
      case "required" -> UserVerification.REQUIRED;
      case "discouraged" -> UserVerification.DISCOURAGED;
      default -> UserVerification.PREFERRED;
    };
  }

  private static ClientException failed(SecurityKeyException e) {
    return new ClientException.SecurityKeyFailed(
        SafeText.format("security key: {}", SafeText.of(String.valueOf(e.getMessage()))),
        SafeText.empty(),
        e);
  }
}
