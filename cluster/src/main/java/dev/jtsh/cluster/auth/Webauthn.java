// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import com.yubico.webauthn.AssertionRequest;
import com.yubico.webauthn.AssertionResult;
import com.yubico.webauthn.CredentialRepository;
import com.yubico.webauthn.FinishAssertionOptions;
import com.yubico.webauthn.FinishRegistrationOptions;
import com.yubico.webauthn.RegisteredCredential;
import com.yubico.webauthn.RegistrationResult;
import com.yubico.webauthn.RelyingParty;
import com.yubico.webauthn.data.AuthenticatorAssertionResponse;
import com.yubico.webauthn.data.AuthenticatorAttestationResponse;
import com.yubico.webauthn.data.AuthenticatorSelectionCriteria;
import com.yubico.webauthn.data.ByteArray;
import com.yubico.webauthn.data.ClientAssertionExtensionOutputs;
import com.yubico.webauthn.data.ClientRegistrationExtensionOutputs;
import com.yubico.webauthn.data.PublicKeyCredential;
import com.yubico.webauthn.data.PublicKeyCredentialCreationOptions;
import com.yubico.webauthn.data.PublicKeyCredentialDescriptor;
import com.yubico.webauthn.data.PublicKeyCredentialParameters;
import com.yubico.webauthn.data.PublicKeyCredentialRequestOptions;
import com.yubico.webauthn.data.RelyingPartyIdentity;
import com.yubico.webauthn.data.UserIdentity;
import com.yubico.webauthn.data.UserVerificationRequirement;
import com.yubico.webauthn.data.exception.Base64UrlException;
import com.yubico.webauthn.exception.AssertionFailedException;
import com.yubico.webauthn.exception.RegistrationFailedException;
import dev.jtsh.cluster.net.WebOrigin;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnAttestationJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import dev.jtsh.protocol.web.WebauthnCreationJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers security keys and checks their answers. The origin must be exactly the cluster's web
 * address, port included (security rule 22); a counter that does not rise is refused.
 */
final class Webauthn {
  private static final Logger logger = LoggerFactory.getLogger(Webauthn.class);
  private static final String PUBLIC_KEY = "public-key";
  private static final String REQUIRED = "required";
  private static final Set<Challenges.Scope> REPLACING =
      EnumSet.of(
          Challenges.Scope.SIGNUP, Challenges.Scope.SIGNUP_KEY_ALONE, Challenges.Scope.LOST_KEY);
  private static final int FAKE_KEY_BYTES = 32;

  private final String clusterName;
  private final String rpId;
  private final Supplier<String> publicAddress;
  private final Users users;
  private final Challenges challenges;
  private final InstantSource clock;
  private final byte[] fakeKey = new byte[FAKE_KEY_BYTES];

  Webauthn(
      AuthSettings settings,
      Supplier<String> publicAddress,
      Users users,
      Challenges challenges,
      InstantSource clock,
      SecureRandom random) {
    this.clusterName = settings.clusterName();
    this.rpId = settings.rpId();
    this.publicAddress = publicAddress;
    this.users = users;
    this.challenges = challenges;
    this.clock = clock;
    random.nextBytes(fakeKey);
  }

  /**
   * What one of the user's keys shall sign. A user without keys, also one that does not exist, gets
   * an invented key that stays the same while this process runs (security rule 26).
   */
  WebauthnChallengeJson challenge(Optional<UserRecord> user, Challenges.Purpose purpose) {
    List<ByteString> ids =
        user.map(u -> u.devices().stream().map(MfaDevice::credentialId).toList())
            .filter(list -> !list.isEmpty())
            .orElseGet(() -> List.of(fakeCredential(purpose.user())));
    Challenges.Challenge challenge = challenges.create(purpose);
    return new WebauthnChallengeJson(
        new WebauthnChallengeJson.RequestOptions(
            challenge.bytes(),
            Challenges.LIFE.toMillis(),
            rpId,
            ids.stream()
                .map(id -> new WebauthnChallengeJson.CredentialDescriptor(PUBLIC_KEY, id))
                .toList(),
            verification(purpose.scope()).getValue(),
            null));
  }

  /** What any passkey of the cluster may sign: who it is comes with the answer. */
  WebauthnChallengeJson passkeyChallenge() {
    Challenges.Purpose purpose = Challenges.Purpose.of("", "", Challenges.Scope.PASSKEY_LOGIN);
    return new WebauthnChallengeJson(
        new WebauthnChallengeJson.RequestOptions(
            challenges.create(purpose).bytes(),
            Challenges.LIFE.toMillis(),
            rpId,
            List.of(),
            verification(purpose.scope()).getValue(),
            null));
  }

  /** Who logs in with a passkey. */
  record Known(UserRecord user, MfaDevice device) {}

  /** Checks the answer to {@link #passkeyChallenge} and takes the challenge away. */
  Optional<Known> verifyPasskey(WebauthnAssertionJson answer) {
    ByteString handle = answer.response().userHandle();
    Optional<UserRecord> user =
        users.list().stream().filter(u -> u.userHandle().equals(handle)).findFirst();
    String name = user.map(UserRecord::name).orElse("");
    Optional<MfaDevice> device =
        verify(answer, name, Challenges.Purpose.of("", "", Challenges.Scope.PASSKEY_LOGIN));
    return device.flatMap(d -> user.map(u -> new Known(u, d)));
  }

  /**
   * Checks an answer and takes its challenge away.
   *
   * @param expected what the answer shall be for; a challenge that named a headless request or
   *     facts must have named these
   * @return the key that signed, or empty if anything does not hold
   */
  Optional<MfaDevice> verify(WebauthnAssertionJson answer, Challenges.Purpose expected) {
    return verify(answer, expected.user(), expected);
  }

  private Optional<MfaDevice> verify(
      WebauthnAssertionJson answer, String userName, Challenges.Purpose expected) {
    try {
      var response = answer.response();
      var parsed =
          AuthenticatorAssertionResponse.builder()
              .authenticatorData(bytes(response.authenticatorData()))
              .clientDataJSON(bytes(response.clientDataJson()))
              .signature(bytes(response.signature()))
              .userHandle(
                  Optional.of(response.userHandle()).filter(h -> !h.isEmpty()).map(Webauthn::bytes))
              .build();
      Optional<Challenges.Challenge> challenge =
          challenges
              .take(ByteString.copyFrom(parsed.getClientData().getChallenge().getBytes()))
              .filter(c -> fits(c.purpose(), expected));
      if (challenge.isEmpty()) {
        return Optional.empty();
      }
      return finish(answer, parsed, challenge.get(), userName);
    } catch (IOException | Base64UrlException | IllegalArgumentException e) {
      logger.debug("malformed WebAuthn answer", e);
      return Optional.empty();
    }
  }

  /** What a new key of the user shall sign. */
  WebauthnCreationJson creation(UserRecord user, Challenges.Purpose purpose) {
    Challenges.Challenge challenge = challenges.create(purpose);
    return new WebauthnCreationJson(
        new WebauthnCreationJson.CreationOptions(
            challenge.bytes(),
            new WebauthnCreationJson.RelyingParty(rpId, clusterName),
            new WebauthnCreationJson.UserEntity(user.userHandle(), user.name(), user.name()),
            algorithms().stream()
                .map(a -> new WebauthnCreationJson.Parameter(PUBLIC_KEY, (int) a.getAlg().getId()))
                .toList(),
            Challenges.LIFE.toMillis(),
            excluded(user, purpose.scope()),
            new WebauthnCreationJson.Selection(
                purpose.scope() == Challenges.Scope.SIGNUP_KEY_ALONE ? REQUIRED : "preferred",
                REQUIRED),
            "none"));
  }

  /** Where all keys are replaced the same one may come back; elsewhere one key is one. */
  private static List<WebauthnChallengeJson.CredentialDescriptor> excluded(
      UserRecord user, Challenges.Scope scope) {
    return REPLACING.contains(scope)
        ? List.of()
        : user.devices().stream()
            .map(d -> new WebauthnChallengeJson.CredentialDescriptor(PUBLIC_KEY, d.credentialId()))
            .toList();
  }

  /** Checks a new key and takes its challenge away; empty if anything does not hold. */
  Optional<MfaDevice> register(
      UserRecord user,
      WebauthnAttestationJson answer,
      String deviceName,
      Challenges.Purpose expected) {
    try {
      var response = answer.response();
      var parsed =
          AuthenticatorAttestationResponse.builder()
              .attestationObject(bytes(response.attestationObject()))
              .clientDataJSON(bytes(response.clientDataJson()))
              .build();
      Optional<Challenges.Challenge> challenge =
          challenges
              .take(ByteString.copyFrom(parsed.getClientData().getChallenge().getBytes()))
              .filter(c -> fits(c.purpose(), expected));
      if (challenge.isEmpty()) {
        return Optional.empty();
      }
      PublicKeyCredentialCreationOptions request =
          PublicKeyCredentialCreationOptions.builder()
              .rp(RelyingPartyIdentity.builder().id(rpId).name(clusterName).build())
              .user(
                  UserIdentity.builder()
                      .name(user.name())
                      .displayName(user.name())
                      .id(bytes(user.userHandle()))
                      .build())
              .challenge(bytes(challenge.get().bytes()))
              .pubKeyCredParams(algorithms())
              .authenticatorSelection(
                  AuthenticatorSelectionCriteria.builder()
                      .userVerification(UserVerificationRequirement.REQUIRED)
                      .build())
              .build();
      var credential =
          PublicKeyCredential
              .<AuthenticatorAttestationResponse, ClientRegistrationExtensionOutputs>builder()
              .id(bytes(answer.rawId()))
              .response(parsed)
              .clientExtensionResults(ClientRegistrationExtensionOutputs.builder().build())
              .build();
      RegistrationResult result =
          relyingParty(users.list())
              .finishRegistration(
                  FinishRegistrationOptions.builder()
                      .request(request)
                      .response(credential)
                      .build());
      return Optional.of(
          new MfaDevice(
              UUID.randomUUID().toString(),
              deviceName.isBlank() ? "key" : deviceName.strip(),
              ByteString.copyFrom(result.getKeyId().getId().getBytes()),
              ByteString.copyFrom(result.getPublicKeyCose().getBytes()),
              result.getSignatureCount(),
              clock.instant(),
              null));
    } catch (IOException
        | Base64UrlException
        | RegistrationFailedException
        | IllegalArgumentException e) {
      logger.debug("WebAuthn registration refused", e);
      return Optional.empty();
    }
  }

  private Optional<MfaDevice> finish(
      WebauthnAssertionJson answer,
      AuthenticatorAssertionResponse response,
      Challenges.Challenge challenge,
      String userName) {
    Optional<UserRecord> user = users.get(userName);
    if (user.isEmpty() || user.get().devices().isEmpty()) {
      return Optional.empty();
    }
    var request =
        AssertionRequest.builder()
            .publicKeyCredentialRequestOptions(
                PublicKeyCredentialRequestOptions.builder()
                    .challenge(bytes(challenge.bytes()))
                    .rpId(rpId)
                    .allowCredentials(
                        user.get().devices().stream()
                            .map(d -> descriptor(d.credentialId()))
                            .toList())
                    .userVerification(verification(challenge.purpose().scope()))
                    .build())
            .username(userName)
            .build();
    try {
      var credential =
          PublicKeyCredential
              .<AuthenticatorAssertionResponse, ClientAssertionExtensionOutputs>builder()
              .id(bytes(answer.rawId().isEmpty() ? answer.id() : answer.rawId()))
              .response(response)
              .clientExtensionResults(ClientAssertionExtensionOutputs.builder().build())
              .build();
      AssertionResult result =
          relyingParty(List.of(user.get()))
              .finishAssertion(
                  FinishAssertionOptions.builder().request(request).response(credential).build());
      ByteString id = ByteString.copyFrom(result.getCredential().getCredentialId().getBytes());
      return result.isSuccess() && result.getUsername().equals(userName)
          ? counted(userName, id, result.getSignatureCount())
          : Optional.empty();
    } catch (AssertionFailedException e) {
      logger.debug("WebAuthn answer refused", e);
      return Optional.empty();
    }
  }

  /** Keeps the counter; of two answers with the same counter at one time one is refused. */
  private Optional<MfaDevice> counted(String userName, ByteString credentialId, long count) {
    Optional<Stored<UserRecord>> stored = users.stored(userName);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    Optional<MfaDevice> device = stored.get().value().device(credentialId);
    if (device.isEmpty() || (count != 0 && count <= device.get().signatureCount())) {
      return Optional.empty();
    }
    users.update(
        userName,
        user ->
            user.withDevices(
                user.devices().stream()
                    .map(d ->
                        d.credentialId().equals(credentialId)
                            ? d.withSignatureCount(Math.max(count, d.signatureCount()))
                            : d)
                    .toList()));
    return device;
  }

  private static boolean fits(Challenges.Purpose asked, Challenges.Purpose expected) {
    return asked.user().equals(expected.user())
        && asked.session().equals(expected.session())
        && asked.scope() == expected.scope()
        && (asked.headlessId().isEmpty() || asked.headlessId().equals(expected.headlessId()))
        && (asked.factsDigest().isEmpty() || asked.factsDigest().equals(expected.factsDigest()));
  }

  private static UserVerificationRequirement verification(Challenges.Scope scope) {
    return switch (scope) {
      case LOGIN -> UserVerificationRequirement.DISCOURAGED;
      case SIGNUP,
          SIGNUP_KEY_ALONE,
          LOST_PASSWORD,
          LOST_KEY,
          REGISTER_DEVICE,
          MANAGE_DEVICES,
          PASSKEY_LOGIN,
          HEADLESS_LOGIN,
          USER_SESSION ->
          UserVerificationRequirement.REQUIRED;
    };
  }

  private static List<PublicKeyCredentialParameters> algorithms() {
    return List.of(
        PublicKeyCredentialParameters.ES256,
        PublicKeyCredentialParameters.EdDSA,
        PublicKeyCredentialParameters.RS256);
  }

  /** Made for each call: the public address may be known only after the port is open. */
  private RelyingParty relyingParty(List<UserRecord> known) {
    return RelyingParty.builder()
        .identity(RelyingPartyIdentity.builder().id(rpId).name(clusterName).build())
        .credentialRepository(new Credentials(known))
        .origins(Set.of(WebOrigin.of(publicAddress.get())))
        .build();
  }

  private ByteString fakeCredential(String user) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(fakeKey, "HmacSHA256"));
      return ByteString.copyFrom(mac.doFinal(user.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC", e);
    }
  }

  private static PublicKeyCredentialDescriptor descriptor(ByteString id) {
    return PublicKeyCredentialDescriptor.builder().id(bytes(id)).build();
  }

  private static ByteArray bytes(ByteString bytes) {
    return new ByteArray(bytes.toByteArray());
  }

  /**
   * The library's view of our users. For an answer it sees only the user who must answer: another
   * user's key cannot even be found. For a new key it sees all, for a credential belongs to one.
   */
  private record Credentials(List<UserRecord> known) implements CredentialRepository {

    @Override
    public Set<PublicKeyCredentialDescriptor> getCredentialIdsForUsername(String username) {
      return byName(username).stream()
          .flatMap(u -> u.devices().stream())
          .map(d -> descriptor(d.credentialId()))
          .collect(Collectors.toSet());
    }

    @Override
    public Optional<ByteArray> getUserHandleForUsername(String username) {
      return byName(username).map(u -> bytes(u.userHandle()));
    }

    @Override
    public Optional<String> getUsernameForUserHandle(ByteArray userHandle) {
      return byHandle(userHandle).map(UserRecord::name);
    }

    @Override
    public Optional<RegisteredCredential> lookup(ByteArray credentialId, ByteArray userHandle) {
      return byHandle(userHandle)
          .flatMap(u -> u.device(ByteString.copyFrom(credentialId.getBytes())).map(d -> of(u, d)));
    }

    @Override
    public Set<RegisteredCredential> lookupAll(ByteArray credentialId) {
      ByteString id = ByteString.copyFrom(credentialId.getBytes());
      return known.stream()
          .flatMap(u -> u.device(id).map(d -> of(u, d)).stream())
          .collect(Collectors.toSet());
    }

    private Optional<UserRecord> byName(String name) {
      return known.stream().filter(u -> u.name().equals(name)).findFirst();
    }

    private Optional<UserRecord> byHandle(ByteArray handle) {
      ByteString wanted = ByteString.copyFrom(handle.getBytes());
      return known.stream().filter(u -> u.userHandle().equals(wanted)).findFirst();
    }

    private static RegisteredCredential of(UserRecord user, MfaDevice device) {
      return RegisteredCredential.builder()
          .credentialId(bytes(device.credentialId()))
          .userHandle(bytes(user.userHandle()))
          .publicKeyCose(bytes(device.publicKeyCose()))
          .signatureCount(device.signatureCount())
          .build();
    }
  }
}
