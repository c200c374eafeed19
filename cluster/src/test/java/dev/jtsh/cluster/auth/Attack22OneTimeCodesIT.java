// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.mfa.ChallengeExtensions;
import dev.jtsh.protocol.grpc.mfa.ChallengeScope;
import dev.jtsh.protocol.grpc.proto.AddMFADeviceSyncRequest;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub;
import dev.jtsh.protocol.grpc.proto.CreateRegisterChallengeRequest;
import dev.jtsh.protocol.grpc.proto.DeleteMFADeviceSyncRequest;
import dev.jtsh.protocol.grpc.proto.DeviceType;
import dev.jtsh.protocol.grpc.proto.GetMFADevicesRequest;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.MFARegisterResponse;
import dev.jtsh.protocol.grpc.proto.TOTPRegisterChallenge;
import dev.jtsh.protocol.grpc.proto.TOTPRegisterResponse;
import dev.jtsh.protocol.grpc.proto.TOTPResponse;
import dev.jtsh.protocol.grpc.proto.UpdateHeadlessAuthenticationStateRequest;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.grpc.types.MfaDevice;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.MfaLoginFinishRequest;
import dev.jtsh.protocol.web.Password;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
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

/**
 * Attack 22: who has phished a password and a one-time code has a login, and no way from there to a
 * key or an approval; and codes are neither used twice nor guessed.
 */
@Timeout(120)
class Attack22OneTimeCodesIT {
  private static final ChallengeExtensions MANAGE =
      ChallengeExtensions.newBuilder()
          .setScope(ChallengeScope.CHALLENGE_SCOPE_MANAGE_DEVICES)
          .build();
  private static final Duration STEP = Duration.ofSeconds(Totp.PERIOD_SECONDS);

  @TempDir Path directory;
  private @Nullable AuthFixture opened;
  private AuthFixture.@Nullable Person person;
  private @Nullable AuthServiceBlockingStub connected;

  @BeforeEach
  void start() throws Exception {
    opened =
        new AuthFixture(
            directory,
            AuthSettings.defaults(AuthFixture.CLUSTER, "localhost")
                .withAccounts(new AccountSettings(false, false, true)));
    person = auth().enroll("alice", "dev");
    connected = alice().connect();
  }

  @AfterEach
  void close() {
    auth().close();
  }

  private AuthFixture auth() {
    return Objects.requireNonNull(opened);
  }

  private AuthFixture.Person alice() {
    return Objects.requireNonNull(person);
  }

  private AuthServiceBlockingStub stub() {
    return Objects.requireNonNull(connected);
  }

  @Test
  void appComesAndGoesWithTheYesOfAKeyAndItsCodesLogIn() throws Exception {
    assertThat(isOffered()).isFalse();
    MfaDevice app = addApp("phone");
    assertThat(devices()).containsExactly("yubi WEBAUTHN", "phone TOTP");
    assertThat(auth().auditLines("T1006I")).last().asString().contains("TOTP");
    assertThat(isOffered()).isTrue();
    auth().clock.advance(STEP);

    SshLoginResponse login = login(code());

    var identity = UserIdentity.of(Pem.certificate(login.tlsCert().toByteArray()));
    assertThat(identity.username()).isEqualTo("alice");
    assertThat(identity.mfaVerified())
        .as("where sessions ask for a second factor, a code was none")
        .isEmpty();
    assertThat(auth().auditLines("T1000I")).last().asString().contains(app.getId());
    remove("phone", alice().answer(stub(), MANAGE));
    assertThat(devices()).containsExactly("yubi WEBAUTHN");
    assertThat(isOffered()).isFalse();
  }

  @Test
  void codeIsGoodOnceAlsoTheOneThatRegisteredTheApp() {
    addApp("phone");
    assertRefused(code());
    auth().clock.advance(STEP);
    String code = code();
    assertThat(login(code)).isNotNull();

    assertRefused(code);
    auth().clock.advance(STEP);
    assertRefused(code);
    assertThat(login(code())).isNotNull();
  }

  @Test
  void tenWrongCodesShutThemUntilAKeyLogsIn() {
    addApp("phone");
    auth().clock.advance(Duration.ofMinutes(2));
    for (int i = 0; i < TotpDevice.WRONG_MAX; i++) {
      assertRefused(wrongCode());
    }
    auth().clock.advance(Duration.ofMinutes(2));

    assertRefused(code());
    assertThat(isOffered()).isFalse();
    assertThat(alice().login(Duration.ZERO)).isNotNull();
    assertThat(login(code())).isNotNull();
  }

  @Test
  void whoDoesNotKnowThePasswordNeitherUsesACodeUpNorShutsThem() {
    addApp("phone");
    auth().clock.advance(Duration.ofMinutes(2));
    for (int i = 0; i < TotpDevice.WRONG_MAX + 1; i++) {
      assertThatExceptionOfType(WireException.class)
          .isThrownBy(() -> finish("not her password", code(), null));
    }

    assertThat(login(code())).isNotNull();
  }

  @Test
  void refusalsSoundTheSame() {
    addApp("phone");
    auth().clock.advance(STEP);
    auth().enroll("bob", "dev");

    assertThat(List.of(message("alice", wrongCode()), message("bob", "123456")))
        .containsOnly(message("nobody", "123456"));
  }

  @Test
  void codeIsNoYesToNewKeysOrToRemovingThem() {
    addApp("phone");
    auth().clock.advance(STEP);
    SshLoginResponse login = login(code());
    auth().clock.advance(STEP);
    var thief = auth().connect(alice().key, Pem.certificate(login.tlsCert().toByteArray()));

    for (DeviceType kind : List.of(DeviceType.DEVICE_TYPE_WEBAUTHN, DeviceType.DEVICE_TYPE_TOTP)) {
      assertThatThrownBy(() ->
              thief.createRegisterChallenge(
                  CreateRegisterChallengeRequest.newBuilder()
                      .setDeviceType(kind)
                      .setExistingMfaResponse(answer(code()))
                      .build()))
          .as("%s", kind)
          .hasMessageContaining("a key that is registered");
    }
    for (String name : List.of("yubi", "phone")) {
      assertThatThrownBy(() -> remove(name, answer(code())))
          .as(name)
          .hasMessageContaining("a key that is registered");
    }
    assertThat(devices()).containsExactly("yubi WEBAUTHN", "phone TOTP");
  }

  @Test
  void attack03RightCodeIsNoApproval() throws Exception {
    addApp("phone");
    auth().clock.advance(STEP);
    SshLoginResponse login = login(code());
    auth().clock.advance(STEP);
    var approver = auth().connect(alice().key, Pem.certificate(login.tlsCert().toByteArray()));
    var box = auth().new RemoteBox();
    box.post("alice", AuthFixture.facts("c1"));
    var shown = alice().look(approver, box.id);

    assertThatThrownBy(() ->
            approver.updateHeadlessAuthenticationState(
                UpdateHeadlessAuthenticationStateRequest.newBuilder()
                    .setId(box.id)
                    .setState(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_APPROVED)
                    .setJtshFactsDigest(shown.getJtshFacts().getDigest())
                    .setJtshNumber(auth().shownNumber(box.id))
                    .setMfaResponse(answer(code()))
                    .build()))
        .hasMessageContaining("expected WebAuthn challenge response");
    assertThat(alice().look(approver, box.id).getState())
        .isEqualTo(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_PENDING);
  }

  @Test
  void codeBesideASignatureIsRefused() {
    addApp("phone");
    auth().clock.advance(STEP);
    var challenge = Objects.requireNonNull(begin().webauthnChallenge());

    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> finish(AuthFixture.PASSWORD, code(), alice().sign(challenge)));
    assertThat(login(code())).as("and was not used up").isNotNull();
  }

  @Test
  void appIsRegisteredOnlyInTheSessionThatAskedByItsCode() {
    TOTPRegisterChallenge asked = ask(alice().answer(stub(), MANAGE));
    AuthServiceBlockingStub bob = auth().enroll("bob", "dev").connect();

    assertThatThrownBy(() -> addApp(bob, "stolen", asked.getId(), asked))
        .hasMessageContaining("no app waits");
    assertThatThrownBy(() -> addApp(stub(), "phone", "another", asked))
        .hasMessageContaining("no app waits");
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> send(stub(), "phone", asked.getId(), "000000x"))
          .hasMessageContaining("does not fit");
    }
    assertThatThrownBy(() -> addApp(stub(), "phone", asked.getId(), asked))
        .as("after five wrong ones")
        .hasMessageContaining("no app waits");
    addApp("phone");
    assertThatThrownBy(() -> addApp("second")).hasMessageContaining("already");
  }

  @Test
  void newInviteTakesTheAppAway() {
    addApp("phone");
    var again = (Users.Addition.Invited) auth().auth.users().invite("alice");
    auth().signUp("alice", again.invite());

    assertThat(isOffered()).isFalse();
    assertThat(auth().auth.oneTimeCodes().of("alice")).isEmpty();
  }

  private MfaDevice addApp(String name) {
    TOTPRegisterChallenge asked = ask(alice().answer(stub(), MANAGE));
    assertThat(asked.getSecret()).hasSize(32);
    return addApp(stub(), name, asked.getId(), asked);
  }

  private TOTPRegisterChallenge ask(MFAAuthenticateResponse existing) {
    return stub()
        .createRegisterChallenge(
            CreateRegisterChallengeRequest.newBuilder()
                .setDeviceType(DeviceType.DEVICE_TYPE_TOTP)
                .setExistingMfaResponse(existing)
                .build())
        .getTotp();
  }

  private MfaDevice addApp(
      AuthServiceBlockingStub caller, String name, String id, TOTPRegisterChallenge asked) {
    return send(caller, name, id, codeOf(bytes(asked.getSecret())));
  }

  private static MfaDevice send(
      AuthServiceBlockingStub caller, String name, String id, String code) {
    return caller
        .addMFADeviceSync(
            AddMFADeviceSyncRequest.newBuilder()
                .setNewDeviceName(name)
                .setNewMfaResponse(
                    MFARegisterResponse.newBuilder()
                        .setTotp(TOTPRegisterResponse.newBuilder().setId(id).setCode(code)))
                .build())
        .getDevice();
  }

  /** The right one of now. */
  private String code() {
    return codeOf(auth().auth.oneTimeCodes().of("alice").orElseThrow().secret());
  }

  private String codeOf(ByteString secret) {
    return Totp.code(secret, Totp.step(auth().clock.instant()));
  }

  /** One that is right in none of the steps around now. */
  private String wrongCode() {
    ByteString secret = auth().auth.oneTimeCodes().of("alice").orElseThrow().secret();
    for (int i = 0; ; i++) {
      String guess = "%06d".formatted(i);
      if (Totp.match(secret, guess, auth().clock.instant(), Long.MIN_VALUE).isEmpty()) {
        return guess;
      }
    }
  }

  /** Base32, the slow way. */
  private static ByteString bytes(String base32) {
    StringBuilder bits = new StringBuilder();
    for (int i = 0; i < base32.length(); i++) {
      int value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(base32.charAt(i));
      bits.append("%5s".formatted(Integer.toBinaryString(value)).replace(' ', '0'));
    }
    byte[] bytes = new byte[bits.length() / Byte.SIZE];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(bits.substring(8 * i, 8 * i + 8), 2);
    }
    return ByteString.copyFrom(bytes);
  }

  private static MFAAuthenticateResponse answer(String code) {
    return MFAAuthenticateResponse.newBuilder()
        .setTotp(TOTPResponse.newBuilder().setCode(code))
        .build();
  }

  private void remove(String name, MFAAuthenticateResponse existing) {
    assertThat(
            stub()
                .deleteMFADeviceSync(
                    DeleteMFADeviceSyncRequest.newBuilder()
                        .setDeviceName(name)
                        .setExistingMfaResponse(existing)
                        .build()))
        .isNotNull();
  }

  private List<String> devices() {
    return stub().getMFADevices(GetMFADevicesRequest.getDefaultInstance()).getDevicesList().stream()
        .map(device -> device.getMetadata().getName() + " " + device.getDeviceCase())
        .toList();
  }

  private dev.jtsh.protocol.web.MfaLoginBeginResponse begin() {
    return auth()
        .auth
        .logins()
        .begin(
            new MfaLoginBeginRequest(
                "alice", Password.copyOf(AuthFixture.PASSWORD.toCharArray()), false),
            AuthFixture.LAPTOP);
  }

  private boolean isOffered() {
    return begin().totpChallenge();
  }

  private SshLoginResponse login(String code) {
    return finish(AuthFixture.PASSWORD, code, null);
  }

  private void assertRefused(String code) {
    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> login(code))
        .withMessage("invalid credentials");
  }

  private String message(String user, String code) {
    try {
      finish(user, AuthFixture.PASSWORD, code, null);
      return "no failure";
    } catch (WireException e) {
      return e.kind() + " " + e.getMessage();
    }
  }

  private SshLoginResponse finish(
      String password, String code, @Nullable WebauthnAssertionJson signed) {
    return finish("alice", password, code, signed);
  }

  private SshLoginResponse finish(
      String user, String password, String code, @Nullable WebauthnAssertionJson signed) {
    var key = alice().key.publicKey();
    return auth()
        .auth
        .logins()
        .finish(
            new MfaLoginFinishRequest(
                user,
                Password.copyOf(password.toCharArray()),
                signed,
                code,
                ByteString.EMPTY,
                ByteString.copyFrom(SshPublicKey.authorizedKeysLine(key)),
                AuthFixture.pem(key),
                Duration.ofHours(1),
                "",
                "",
                ""),
            AuthFixture.LAPTOP);
  }
}
