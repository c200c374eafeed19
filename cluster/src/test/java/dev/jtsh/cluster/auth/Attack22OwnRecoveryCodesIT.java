// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.account.AccountServiceGrpc;
import dev.jtsh.protocol.grpc.account.RenewRecoveryCodesRequest;
import dev.jtsh.protocol.grpc.mfa.ChallengeExtensions;
import dev.jtsh.protocol.grpc.mfa.ChallengeScope;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.web.Password;
import dev.jtsh.protocol.web.RecoveryRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 22: whoever has a login, or a key of a day's start, gives himself recovery codes. */
@Timeout(120)
class Attack22OwnRecoveryCodesIT {
  @TempDir Path directory;
  private @Nullable AuthFixture opened;
  private AuthFixture.@Nullable SignedUp signedUp;
  private @Nullable AuthServiceBlockingStub connected;

  @BeforeEach
  void start() throws Exception {
    open(new AccountSettings(false, true, false));
  }

  private void open(AccountSettings settings) throws Exception {
    opened =
        new AuthFixture(
            Files.createDirectory(directory.resolve(Boolean.toString(settings.recoveryCodes()))),
            AuthSettings.defaults(AuthFixture.CLUSTER, "localhost").withAccounts(settings));
    auth().enroll("other", "dev");
    Users.Addition added = auth().auth.users().add("ann", List.of("dev"));
    signedUp = auth().signUp("ann", ((Users.Addition.Invited) added).invite());
    connected = ann().connect();
  }

  @AfterEach
  void close() {
    auth().close();
  }

  private AuthFixture auth() {
    return Objects.requireNonNull(opened);
  }

  private AuthFixture.Person ann() {
    return Objects.requireNonNull(signedUp).person();
  }

  private AuthServiceBlockingStub stub() {
    return Objects.requireNonNull(connected);
  }

  private UserRecord stored() {
    return auth().auth.users().get("ann").orElseThrow();
  }

  private MFAAuthenticateResponse answer(String scope) {
    return ann()
        .answer(
            stub(),
            ChallengeExtensions.newBuilder()
                .setScope(ChallengeScope.valueOf("CHALLENGE_SCOPE_" + scope))
                .build());
  }

  private List<String> renew(MFAAuthenticateResponse existing) {
    return AccountServiceGrpc.newBlockingStub(stub().getChannel())
        .renewRecoveryCodes(
            RenewRecoveryCodesRequest.newBuilder().setExistingMfaResponse(existing).build())
        .getCodesList();
  }

  private void tryToRecoverWith(String code) {
    auth()
        .auth
        .recoveries()
        .begin(
            new RecoveryRequest("ann", code, false, Password.empty(), "", null, null),
            AuthFixture.LAPTOP);
  }

  @Test
  void withTheYesOfAKeyNewCodesTakeThePlaceOfTheOld() throws Exception {
    List<String> old = Objects.requireNonNull(signedUp).recoveryCodes();

    List<String> codes = renew(answer("MANAGE_DEVICES"));

    assertThat(codes).hasSize(3).allMatch(code -> code.matches("[1-3](-[0-9a-z]{4}){4}"));
    assertThat(codes).doesNotContainAnyElementsOf(old);
    assertThat(stored().recoveryCodes())
        .hasSize(3)
        .allMatch(hash -> hash.contains("argon2id"))
        .noneMatch(codes::contains);
    assertThatThrownBy(() -> tryToRecoverWith(old.getFirst())).isInstanceOf(WireException.class);
    tryToRecoverWith(codes.getLast());
    assertThat(auth().auditLines("T1008I").getLast())
        .contains("\"ann\"", "addr.remote")
        .doesNotContain(codes);
  }

  @Test
  void aLoginAloneAndAnswersForOtherThingsGiveNone() {
    List<String> before = stored().recoveryCodes();
    MFAAuthenticateResponse used = answer("MANAGE_DEVICES");

    assertThatThrownBy(() -> renew(MFAAuthenticateResponse.getDefaultInstance()))
        .hasMessageContaining("a key that is registered");
    for (String other : List.of("HEADLESS_LOGIN", "USER_SESSION")) {
      assertThatThrownBy(() -> renew(answer(other))).hasMessageContaining("a key that is");
    }
    assertThat(stored().recoveryCodes()).isEqualTo(before);
    renew(used);
    assertThatThrownBy(() -> renew(used)).as("a second time").hasMessageContaining("a key that is");
  }

  @Test
  void aKeyThatWaitsAfterARecoveryGivesNone() {
    List<String> before = stored().recoveryCodes();
    auth()
        .auth
        .users()
        .update(
            "ann",
            user ->
                user.withDevices(
                    user.devices().stream()
                        .map(key ->
                            key.approvingFrom(auth().clock.instant().plus(Duration.ofHours(24))))
                        .toList()));

    assertThatThrownBy(() -> renew(answer("MANAGE_DEVICES")))
        .hasMessageContaining("this key is new");
    assertThat(stored().recoveryCodes()).isEqualTo(before);
  }

  /** A code would stand for the key, and there is nothing else to stand beside it. */
  @Test
  void aUserWithoutAPasswordGetsNone() {
    MFAAuthenticateResponse yes = answer("MANAGE_DEVICES");
    auth().auth.users().update("ann", user -> user.withPassword("").withRecoveryCodes(List.of()));

    assertThatThrownBy(() -> renew(yes)).hasMessageContaining("users with a password");
    assertThat(stored().recoveryCodes()).isEmpty();
  }

  @Test
  void aClusterWithoutRecoveryCodesGivesNone() throws Exception {
    auth().close();
    open(new AccountSettings(false, false, false));

    assertThatThrownBy(() -> renew(answer("MANAGE_DEVICES")))
        .hasMessageContaining("no recovery codes");
    assertThat(stored().recoveryCodes()).isEmpty();
  }
}
