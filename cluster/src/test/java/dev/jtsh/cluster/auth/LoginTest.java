// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jtsh.cluster.access.Role;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.MfaLoginFinishRequest;
import dev.jtsh.protocol.web.Password;
import dev.jtsh.protocol.web.SignupBeginRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Invites, password and security key. */
@Timeout(120)
class LoginTest extends WithAuth {
  @Test
  void loginGivesCertificatesOfTheUserAndTheHostAuthority() {
    SshLoginResponse login = fixture().enroll("alice", "dev").login(Duration.ZERO);

    X509Certificate certificate = Pem.certificate(login.tlsCert().toByteArray());
    UserIdentity identity = UserIdentity.of(certificate);
    assertThat(identity.username()).isEqualTo("alice");
    assertThat(identity.roles()).containsExactly("dev");
    assertThat(identity.isUnrestricted()).isTrue();
    assertThat(identity.loginIp()).contains("192.0.2.10");
    assertThat(identity.routeToCluster()).isEqualTo("root");
    assertThat(identity.mfaVerified()).isPresent();
    assertThat(certificate.getNotAfter().toInstant())
        .isBetween(
            fixture().clock.instant().plus(Duration.ofHours(12)).minusSeconds(2),
            fixture().clock.instant().plus(Duration.ofHours(12)));
    fixture().auth.userAnchors().verifyLeaf(certificate, fixture().clock.instant());
    assertThat(login.hostSigners()).hasSize(1);
  }

  @Test
  void loginEndsWithTheShortestSessionOfTheRoles() {
    fixture().auth.roles().put(Role.named("brief").withMaxSessionTtl(Duration.ofMinutes(5)));

    SshLoginResponse login = fixture().enroll("alice", "dev", "brief").login(Duration.ofHours(3));

    assertThat(Pem.certificate(login.tlsCert().toByteArray()).getNotAfter().toInstant())
        .isBefore(fixture().clock.instant().plus(Duration.ofMinutes(6)));
  }

  @Test
  void passkeyAloneLogsInAndSaysWhoItIs() {
    var alice = fixture().enroll("alice", "dev");

    SshLoginResponse login =
        fixture().auth.logins().finish(passkey(alice, passkeyChallenge()), AuthFixture.LAPTOP);

    assertThat(login.username()).isEqualTo("alice");
    UserIdentity identity = UserIdentity.of(Pem.certificate(login.tlsCert().toByteArray()));
    assertThat(identity.username()).isEqualTo("alice");
    assertThat(identity.mfaVerified()).isPresent();
  }

  @Test
  void attack22ChallengeAfterAPasswordIsNoPasskeysAndAPasskeysIsNoPassword() {
    var alice = fixture().enroll("alice", "dev");
    var afterPassword = passkey(alice, challenge("alice"));
    var withoutAnswer = withoutPassword(alice.finish(passkeyChallenge(), Duration.ZERO), null);
    var namedWithoutPassword = alice.finish(passkeyChallenge(), Duration.ZERO);

    for (var request : List.of(afterPassword, withoutAnswer, namedWithoutPassword)) {
      assertThatExceptionOfType(WireException.class)
          .isThrownBy(() -> fixture().auth.logins().finish(request, AuthFixture.LAPTOP))
          .withMessage("invalid credentials");
    }
  }

  @Test
  void attack22PasskeyThatOnlyWasTouchedIsNoLogin() {
    var alice = fixture().enroll("alice", "dev");
    alice.securityKey.setFlags(true, false);
    var touched = passkey(alice, passkeyChallenge());

    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> fixture().auth.logins().finish(touched, AuthFixture.LAPTOP));
  }

  private WebauthnChallengeJson passkeyChallenge() {
    var begin =
        fixture()
            .auth
            .logins()
            .begin(new MfaLoginBeginRequest("", Password.empty(), true), AuthFixture.LAPTOP);
    return Objects.requireNonNull(begin.webauthnChallenge());
  }

  private static MfaLoginFinishRequest passkey(
      AuthFixture.Person person, WebauthnChallengeJson challenge) {
    var signed = person.finish(challenge, Duration.ZERO);
    return withoutPassword(signed, signed.webauthnChallengeResponse());
  }

  private static MfaLoginFinishRequest withoutPassword(
      MfaLoginFinishRequest request, @Nullable WebauthnAssertionJson answer) {
    return new MfaLoginFinishRequest(
        "",
        Password.empty(),
        answer,
        "",
        request.pubKey(),
        request.sshPubKey(),
        request.tlsPubKey(),
        request.ttl(),
        "",
        "",
        "");
  }

  @Test
  void attack26UnknownUserAndWrongPasswordSoundTheSame() {
    fixture().enroll("alice", "dev");

    assertThat(failure("alice", "wrong password here")).isEqualTo(failure("nobody", "whatever x"));
  }

  @Test
  void attack26UserWithoutKeysGetsTheSameInventedKeyEachTime() {
    var purpose = Challenges.Purpose.of("ghost", "", Challenges.Scope.LOGIN);
    var first = fixture().auth.webauthn().challenge(Optional.empty(), purpose).publicKey();
    var second = fixture().auth.webauthn().challenge(Optional.empty(), purpose).publicKey();

    assertThat(first.allowCredentials()).hasSize(1).isEqualTo(second.allowCredentials());
    assertThat(first.challenge()).isNotEqualTo(second.challenge());
  }

  @Test
  void signedChallengeIsGoodForOneLogin() {
    var alice = fixture().enroll("alice", "dev");
    var finish = alice.finish(challenge("alice"), Duration.ZERO);
    var replay = alice.finish(challenge("alice"), Duration.ZERO);
    fixture().auth.logins().finish(finish, AuthFixture.LAPTOP);

    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> fixture().auth.logins().finish(finish, AuthFixture.LAPTOP));
    fixture().auth.logins().finish(replay, AuthFixture.LAPTOP);
  }

  @Test
  void answerFromAnotherOriginIsRefusedAlsoFromAnotherPort() {
    var alice = fixture().enroll("alice", "dev");
    alice.securityKey.claimOrigin("https://localhost:9999");

    assertThatExceptionOfType(WireException.class).isThrownBy(() -> alice.login(Duration.ZERO));
    alice.securityKey.claimOrigin("https://localhost");
    assertThatExceptionOfType(WireException.class).isThrownBy(() -> alice.login(Duration.ZERO));
  }

  @Test
  void clonedKeyWhoseCounterStandsStillIsRefused() {
    var alice = fixture().enroll("alice", "dev");
    alice.login(Duration.ZERO);
    alice.securityKey.freezeCounter();

    assertThatExceptionOfType(WireException.class).isThrownBy(() -> alice.login(Duration.ZERO));
  }

  @Test
  void inviteIsGoodOnceAndForAnHour() {
    var added = (Users.Addition.Invited) fixture().auth.users().add("bob", List.of("dev"));
    fixture().auth.signups().begin(SignupBeginRequest.of(added.invite()), AuthFixture.LAPTOP);
    fixture().clock.advance(Duration.ofHours(1));

    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() ->
            fixture()
                .auth
                .signups()
                .begin(SignupBeginRequest.of(added.invite()), AuthFixture.LAPTOP));
    assertThat(added.toString()).doesNotContain(added.invite());
    assertThat(fixture().backend.range("", "", 1_000))
        .noneMatch(item -> item.key().contains(added.invite()));
  }

  @Test
  void userNeedsAKnownRoleAndAPlainName() {
    Users users = fixture().auth.users();

    assertThat(users.add("bob", List.of("nope"))).isInstanceOf(Users.Addition.UnknownRoles.class);
    assertThat(users.add("../bob", List.of("dev"))).isInstanceOf(Users.Addition.BadName.class);
    assertThat(users.add("bob", List.of("dev"))).isInstanceOf(Users.Addition.Invited.class);
    assertThat(users.add("bob", List.of("dev"))).isInstanceOf(Users.Addition.Exists.class);
    assertThat(fixture().auth.roles().remove("dev")).isInstanceOf(Roles.Removal.InUse.class);
  }

  @Test
  void authoritiesAreKeptForTheirOwnerOnlyAndAreTheSameAfterARestart() throws Exception {
    var first = fixture().auth.hostAnchors();
    try (var files = Files.list(directory.resolve("ca"))) {
      for (Path file : files.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as("%s", file)
            .isEqualTo("rw-------");
      }
    }
    reopen();

    assertThat(fixture().auth.hostAnchors()).isEqualTo(first);
    assertThat(fixture().auth.userAnchors()).isNotEqualTo(first);
  }

  @Test
  void listOfClustersHoldsWhatAgentsAnnouncedInTheLastTenMinutes() {
    fixture().serve("late", Map.of("env", "dev"));
    assertThat(fixture().auth.access().kubeCluster("late")).isPresent();
    fixture().clock.advance(KubePresence.LIFE);

    assertThat(fixture().auth.access().kubeClusters()).isEmpty();
  }

  private WebauthnChallengeJson challenge(String user) {
    var begin =
        fixture()
            .auth
            .logins()
            .begin(
                new MfaLoginBeginRequest(
                    user, Password.copyOf(AuthFixture.PASSWORD.toCharArray()), false),
                AuthFixture.LAPTOP);
    return Objects.requireNonNull(begin.webauthnChallenge());
  }

  private String failure(String user, String password) {
    try {
      fixture()
          .auth
          .logins()
          .begin(
              new MfaLoginBeginRequest(user, Password.copyOf(password.toCharArray()), false),
              AuthFixture.LAPTOP);
      return "no failure";
    } catch (WireException e) {
      return e.kind() + " " + e.getMessage();
    }
  }
}
