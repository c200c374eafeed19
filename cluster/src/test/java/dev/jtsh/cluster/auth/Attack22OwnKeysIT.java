// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
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
import dev.jtsh.protocol.grpc.types.MfaDevice;
import dev.jtsh.protocol.grpc.webauthn.AuthenticatorAttestationResponse;
import dev.jtsh.protocol.grpc.webauthn.CredentialCreationResponse;
import dev.jtsh.tests.fixtures.webauthn.Registration;
import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 22: whoever has a login puts in a key of his own, or takes the owner's out. */
@Timeout(120)
class Attack22OwnKeysIT {
  private static final ChallengeExtensions MANAGE = scope("MANAGE_DEVICES");

  @TempDir Path directory;
  private AuthFixture auth;
  private AuthFixture.Person alice;
  private AuthServiceBlockingStub stub;
  private final SoftwareAuthenticator second = new SoftwareAuthenticator(new SecureRandom());

  @BeforeEach
  void start() throws Exception {
    auth = new AuthFixture(directory);
    alice = auth.enroll("alice", "dev");
    stub = alice.connect();
  }

  @AfterEach
  void close() {
    auth.close();
  }

  private static ChallengeExtensions scope(String name) {
    return ChallengeExtensions.newBuilder()
        .setScope(ChallengeScope.valueOf("CHALLENGE_SCOPE_" + name))
        .build();
  }

  @Test
  void keyIsAddedWithTheYesOfAnotherAndEitherGoesButTheLast() throws Exception {
    MfaDevice added = add("spare", alice.answer(stub, MANAGE));

    assertThat(names()).containsExactly("yubi", "spare");
    assertThat(auth.auditLines("T1006I")).hasSize(2);
    remove("yubi", alice.answer(stub, MANAGE));
    assertThat(names()).containsExactly("spare");
    assertThat(auth.auditLines("T1007I")).hasSize(1);
    assertThatThrownBy(() -> remove("spare", alice.answer(stub, MANAGE)))
        .as("the removed key signs nothing any more")
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> remove(added.getId(), answerOfSecond()))
        .hasMessageContaining("this is the last key");
    assertThat(names()).containsExactly("spare");
  }

  private MFAAuthenticateResponse answerOfSecond() {
    return auth.new Person("alice", second).answer(stub, MANAGE);
  }

  @Test
  void loginAloneAddsAndRemovesNothing() {
    MFAAuthenticateResponse none = MFAAuthenticateResponse.getDefaultInstance();

    assertThatThrownBy(() -> add("thief", none)).hasMessageContaining("a key that is registered");
    assertThatThrownBy(() -> remove("yubi", none)).hasMessageContaining("a key that is registered");
    assertThat(names()).containsExactly("yubi");
  }

  @Test
  void answerThatWasGivenForSomethingElseIsNotTaken() {
    for (String other : List.of("HEADLESS_LOGIN", "USER_SESSION")) {
      assertThatThrownBy(() -> add("thief", alice.answer(stub, scope(other))))
          .as(other)
          .hasMessageContaining("a key that is registered");
    }
    MFAAuthenticateResponse used = alice.answer(stub, MANAGE);
    add("spare", used);
    assertThatThrownBy(() -> add("thief", used))
        .as("a second time")
        .hasMessageContaining("a key that is registered");
    AuthServiceBlockingStub bob = auth.enroll("bob", "dev").connect();
    MFAAuthenticateResponse alices = alice.answer(stub, MANAGE);
    assertThatThrownBy(() ->
            bob.deleteMFADeviceSync(
                DeleteMFADeviceSyncRequest.newBuilder()
                    .setDeviceName("yubi")
                    .setExistingMfaResponse(alices)
                    .build()))
        .as("another user's")
        .hasMessageContaining("a key that is registered");
  }

  @Test
  void nameIsTakenOnceAndNothingInvisibleIsOne() {
    assertThatThrownBy(() -> add("yubi", alice.answer(stub, MANAGE)))
        .hasMessageContaining("of this name already");
    assertThatThrownBy(() -> add("a\u202eb", alice.answer(stub, MANAGE)))
        .hasMessageContaining("all of them visible");
    assertThatThrownBy(() ->
            stub.createRegisterChallenge(
                CreateRegisterChallengeRequest.newBuilder()
                    .setDeviceType(DeviceType.DEVICE_TYPE_TOTP)
                    .setExistingMfaResponse(alice.answer(stub, MANAGE))
                    .build()))
        .hasMessageContaining("WebAuthn keys");
  }

  private MfaDevice add(String name, MFAAuthenticateResponse existing) {
    var options =
        stub.createRegisterChallenge(
                CreateRegisterChallengeRequest.newBuilder()
                    .setDeviceType(DeviceType.DEVICE_TYPE_WEBAUTHN)
                    .setExistingMfaResponse(existing)
                    .build())
            .getWebauthn()
            .getPublicKey();
    Registration made =
        second.register(
            options.getRp().getId(),
            AuthFixture.ORIGIN,
            options.getChallenge().toByteArray(),
            options.getUser().getId().toByteArray());
    return stub.addMFADeviceSync(
            AddMFADeviceSyncRequest.newBuilder()
                .setNewDeviceName(name)
                .setNewMfaResponse(
                    MFARegisterResponse.newBuilder()
                        .setWebauthn(
                            CredentialCreationResponse.newBuilder()
                                .setType("public-key")
                                .setRawId(ByteString.copyFrom(made.credentialId()))
                                .setResponse(
                                    AuthenticatorAttestationResponse.newBuilder()
                                        .setClientDataJson(
                                            ByteString.copyFrom(made.clientDataJson()))
                                        .setAttestationObject(
                                            ByteString.copyFrom(made.attestationObject())))))
                .build())
        .getDevice();
  }

  private void remove(String name, MFAAuthenticateResponse existing) {
    assertThat(
            stub.deleteMFADeviceSync(
                DeleteMFADeviceSyncRequest.newBuilder()
                    .setDeviceName(name)
                    .setExistingMfaResponse(existing)
                    .build()))
        .isNotNull();
  }

  private List<String> names() {
    return stub.getMFADevices(GetMFADevicesRequest.getDefaultInstance()).getDevicesList().stream()
        .map(device -> device.getMetadata().getName())
        .toList();
  }
}
