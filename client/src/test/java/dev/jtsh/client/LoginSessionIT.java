// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.MfaLoginBeginResponse;
import dev.jtsh.protocol.web.MfaLoginFinishRequest;
import dev.jtsh.protocol.web.SignupBeginResponse;
import dev.jtsh.protocol.web.SignupFinishRequest;
import dev.jtsh.protocol.web.SignupFinishResponse;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import dev.jtsh.protocol.web.WebauthnCreationJson;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import dev.jtsh.tests.fixtures.webauthn.Assertion;
import dev.jtsh.tests.fixtures.webauthn.Registration;
import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LoginSessionIT {
  private final SoftwareAuthenticator authenticator = new SoftwareAuthenticator(new SecureRandom());
  private FakeCluster cluster;
  private WebClient web;
  private LoginSession session;
  private ProxyAddress proxy;

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start("root", new FakeAuth());
    cluster.web().on("/webapi/ping/local", call -> WebReply.json(cluster.ping("17.0.0+jtsh")));
    web =
        new WebClient(
            WebTrust.of(List.of(cluster.webAuthority().certificate())), InstantSource.system());
    session = new LoginSession(web, new AuthenticatorKey(authenticator));
    proxy = ProxyAddress.parse(cluster.hostPort());
    authenticator.register("localhost", proxy.origin(), new byte[] {1}, new byte[] {7});
  }

  @AfterEach
  void stop() throws Exception {
    web.close();
    cluster.close();
  }

  @Test
  void passwordAndKeyBringALoginThatIsKept(@TempDir Path directory) throws Exception {
    challengeFor("localhost");
    acceptFinish("alice");
    Discovery discovery = web.ping(proxy, "local");
    var store = new ProfileStore(directory.resolve("home"));

    try (SecretBuffer password = password();
        LoginCredentials login =
            session.login(discovery, "alice", password, Duration.ZERO, Optional.empty())) {
      store.save(login, discovery, Optional.empty());
      assertThat(login.identity().username()).isEqualTo("alice");
    }

    Profile profile = store.current().orElseThrow();
    try (LoginCredentials loaded = store.load(profile);
        AuthClient auth =
            AuthClient.open(loaded.authEndpoint(profile.proxy(), discovery.version()))) {
      assertThat(auth.ping().getServerVersion()).isEqualTo("17.0.0");
    }
    MfaLoginFinishRequest finish =
        cluster.web().calls("/webapi/mfa/login/finish").getFirst().as(MfaLoginFinishRequest.class);
    assertThat(finish.ttl()).isEqualTo(Duration.ofHours(12));
    assertThat(
            requireNonNull(finish.webauthnChallengeResponse())
                .response()
                .clientDataJson()
                .toStringUtf8())
        .contains("\"origin\":\"" + proxy.origin() + "\"");
    MfaLoginBeginRequest begin =
        cluster.web().calls("/webapi/mfa/login/begin").getFirst().as(MfaLoginBeginRequest.class);
    assertThat(begin.pass().copy()).isEqualTo("correct horse".toCharArray());
  }

  @Test
  void wrongPasswordIsRefusedWithTheClustersWords() throws Exception {
    cluster.web().on("/webapi/mfa/login/begin", call -> WebReply.error(403, "invalid credentials"));

    assertThatThrownBy(this::login)
        .isInstanceOf(ClientException.Refused.class)
        .hasMessage("logging in: invalid credentials");
  }

  @Test
  void attack22ChallengeForAnotherSiteIsNotAnswered() {
    challengeFor("bank.example.com");

    assertThatThrownBy(this::login).isInstanceOf(ClientException.SecurityKeyFailed.class);
    assertThat(cluster.web().calls("/webapi/mfa/login/finish")).isEmpty();
  }

  @Test
  void certificatesOfAnotherUserAreNotTaken() {
    challengeFor("localhost");
    acceptFinish("mallory");

    assertThatThrownBy(this::login).isInstanceOf(ClientException.BadAnswer.class);
  }

  @Test
  void recordedAnswerForAnotherKeyIsNotTaken() {
    challengeFor("localhost");
    cluster
        .web()
        .on(
            "/webapi/mfa/login/finish",
            call ->
                WebReply.json(
                    cluster.login(
                        cluster.user("alice"),
                        cluster.client(cluster.user("x"), Duration.ofHours(1)).key().publicKey(),
                        Duration.ofHours(1),
                        null)));

    assertThatThrownBy(this::login).isInstanceOf(ClientException.BadAnswer.class);
  }

  @Test
  void signupSendsPasswordAndNewCredential() throws Exception {
    Discovery discovery = web.ping(proxy, "local");
    cluster.web().on("/webapi/jtsh/signup/begin", call -> WebReply.json(creation("localhost")));
    cluster
        .web()
        .on(
            "/webapi/jtsh/signup/finish",
            call -> WebReply.json(new SignupFinishResponse("ok", List.of(), null)));

    SignupBeginResponse begin = session.beginSignup(discovery, "invite");
    try (SecretBuffer password = password()) {
      session.finishSignup(discovery, "invite", begin, password, "blue key");
    }

    SignupFinishRequest finish =
        cluster.web().calls("/webapi/jtsh/signup/finish").getFirst().as(SignupFinishRequest.class);
    assertThat(finish.token()).isEqualTo("invite");
    assertThat(finish.deviceName()).isEqualTo("blue key");
    assertThat(finish.attestation()).isNotNull();
    assertThat(authenticator.credentialIds("localhost")).hasSize(2);
  }

  @Test
  void attack22SignupForAnotherSiteMakesNoCredential() throws Exception {
    Discovery discovery = web.ping(proxy, "local");
    try (SecretBuffer password = password()) {
      assertThatThrownBy(() ->
              session.finishSignup(
                  discovery, "invite", creation("bank.example.com"), password, "key"))
          .isInstanceOf(ClientException.SecurityKeyFailed.class);
    }
    assertThat(authenticator.credentialIds("bank.example.com")).isEmpty();
  }

  private void login() throws ClientException {
    try (SecretBuffer password = password()) {
      session
          .login(web.ping(proxy, "local"), "alice", password, Duration.ZERO, Optional.empty())
          .close();
    }
  }

  private void challengeFor(String rpId) {
    cluster
        .web()
        .on(
            "/webapi/mfa/login/begin",
            call ->
                WebReply.json(
                    new MfaLoginBeginResponse(
                        new WebauthnChallengeJson(
                            new WebauthnChallengeJson.RequestOptions(
                                ByteString.copyFromUtf8("c"),
                                300_000,
                                rpId,
                                List.of(),
                                "discouraged",
                                null)),
                        false)));
  }

  private void acceptFinish(String user) {
    cluster
        .web()
        .on(
            "/webapi/mfa/login/finish",
            call ->
                WebReply.json(
                    cluster.login(
                        cluster.user(user),
                        call.as(MfaLoginFinishRequest.class).keys().ssh(),
                        Duration.ofHours(12),
                        null)));
  }

  private static SignupBeginResponse creation(String rpId) {
    return new SignupBeginResponse(
        "alice",
        new WebauthnCreationJson(
            new WebauthnCreationJson.CreationOptions(
                ByteString.copyFromUtf8("c"),
                new WebauthnCreationJson.RelyingParty(rpId, "root"),
                new WebauthnCreationJson.UserEntity(ByteString.copyFromUtf8("u"), "alice", "alice"),
                List.of(),
                300_000,
                List.of(),
                null,
                "none")),
        new SignupBeginResponse.Rules("root", 12, 512, false));
  }

  private static SecretBuffer password() {
    byte[] bytes = "correct horse".getBytes(StandardCharsets.UTF_8);
    SecretBuffer password = SecretArena.process().allocate(bytes.length);
    password.segment().copyFrom(MemorySegment.ofArray(bytes));
    return password;
  }

  /** The software authenticator as a security key. */
  private record AuthenticatorKey(SoftwareAuthenticator authenticator) implements SecurityKey {
    @Override
    public AssertionResult sign(AssertionRequest request) {
      Assertion assertion =
          authenticator.sign(
              request.rpId(), request.origin(), request.challenge().toByteArray(), List.of());
      return new AssertionResult(
          ByteString.copyFrom(assertion.credentialId()),
          ByteString.copyFrom(assertion.clientDataJson()),
          ByteString.copyFrom(assertion.authenticatorData()),
          ByteString.copyFrom(assertion.signature()),
          ByteString.copyFrom(assertion.userHandle()));
    }

    @Override
    public RegistrationResult register(RegistrationRequest request) {
      Registration made =
          authenticator.register(
              request.rpId(),
              request.origin(),
              request.challenge().toByteArray(),
              request.userName().getBytes(StandardCharsets.UTF_8));
      return new RegistrationResult(
          ByteString.copyFrom(made.credentialId()),
          ByteString.copyFrom(made.clientDataJson()),
          ByteString.copyFrom(made.attestationObject()));
    }
  }
}
