// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.testing.FakeOpenIdProvider.person;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.access.Role;
import dev.jtsh.pki.UserIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logins at a provider: claims become roles, at each login anew. */
@Timeout(120)
class SsoLoginIT {
  @TempDir Path directory;
  private SsoFixture sso;
  private SsoFixture.Program program;

  @BeforeEach
  void start() throws Exception {
    sso = new SsoFixture(directory);
    program = sso.new Program();
  }

  @AfterEach
  void close() {
    sso.close();
  }

  @Test
  void personOfAMappedGroupGetsACertificateWithItsRoles() throws Exception {
    var certificate =
        program.certificate(program.logIn(person("u1", "ann@example.com", "staff", "k8s")));

    UserIdentity identity = UserIdentity.of(certificate);
    assertThat(identity.username()).isEqualTo("ann@example.com");
    assertThat(identity.roles()).containsExactly("dev");
    assertThat(identity.mfaVerified()).as("no key was touched").isEmpty();
    assertThat(certificate.getPublicKey()).isEqualTo(program.key.publicKey());
    assertThat(certificate.getNotAfter().toInstant())
        .isBeforeOrEqualTo(sso.auth.clock.instant().plus(Duration.ofHours(4)));
    assertThat(sso.auth.auditLines("T1001I"))
        .singleElement()
        .asString()
        .contains("\"user\":\"ann@example.com\"", "\"method\":\"oidc\"", "\"connector\":\"okta\"");
  }

  @Test
  void claimsThatTheTokenLacksAreAskedForAtUserInfo() {
    sso.provider.userInfo(person("u1", "ann@example.com", "k8s"));

    var brought = program.logIn(Map.of("sub", "u1"));

    assertThat(UserIdentity.of(program.certificate(brought)).roles()).containsExactly("dev");
  }

  @Test
  void rolesAreThoseOfTheLastLogin() {
    sso.auth.auth.roles().put(Role.named("dev"));
    program.logIn(person("u1", "ann@example.com", "k8s"));

    assertThat(program.logIn(person("u1", "ann@example.com", "staff")))
        .containsEntry("err", "your account has no role here: no group of yours is mapped to one");
    assertThat(sso.auth.auth.users().get("ann@example.com").orElseThrow().roles()).isEmpty();

    assertThat(program.logIn(person("u1", "ann@example.com", "k8s"))).containsKey("response");
  }

  @Test
  void personWithoutARoleIsRefusedAndNoUserIsMade() throws Exception {
    assertThat(program.logIn(person("u9", "eve@example.com", "staff")))
        .containsEntry("err", "your account has no role here: no group of yours is mapped to one");

    assertThat(sso.auth.auth.users().get("eve@example.com")).isEmpty();
    assertThat(sso.auth.auditLines("T1001W"))
        .singleElement()
        .asString()
        .contains("no claim of eve@example.com is mapped to a role");
  }

  @Test
  void providerThatSaysNoIsPassedOnInFixedWords() {
    String state = sso.provider.logIn(program.begin(), Map.of()).replaceAll(".*&", "");

    var brought =
        program.broughtBy(
            sso.finish("error=access_denied&error_description=%1B%5B31mowned&" + state));

    assertThat(brought).isEqualTo(Map.of("err", "the provider denied the login"));
  }

  @Test
  void newKeyOfTheProviderIsTakenAtOnceAndTheNextOneHalfAMinuteLater() {
    program.logIn(person("u1", "ann@example.com", "k8s"));
    sso.provider.rotateKey();
    assertThat(program.logIn(person("u1", "ann@example.com", "k8s"))).containsKey("response");

    sso.provider.rotateKey();
    assertThat(program.logIn(person("u1", "ann@example.com", "k8s"))).containsKey("err");
    sso.auth.clock.advance(Duration.ofSeconds(31));
    assertThat(program.logIn(person("u1", "ann@example.com", "k8s"))).containsKey("response");
  }

  @Test
  void lockedOutUserGetsNothing() {
    program.logIn(person("u1", "ann@example.com", "k8s"));
    sso.auth.auth.locks().put(dev.jtsh.cluster.access.Lock.Kind.USER, "ann@example.com", "", null);

    assertThat(program.logIn(person("u1", "ann@example.com", "k8s")))
        .containsEntry("err", "your account cannot be used here; ask your administrators");
  }

  @Test
  void loginThatTookTooLongIsUnknown() {
    String answer = sso.provider.logIn(program.begin(), person("u1", "ann@example.com", "k8s"));
    sso.auth.clock.advance(SsoLogins.LIFE);

    assertThat(sso.finish(answer)).isInstanceOf(SsoEnd.Unknown.class);
  }
}
