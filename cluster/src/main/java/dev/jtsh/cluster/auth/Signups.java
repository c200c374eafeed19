// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.pki.PasswordHash;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.SignupBeginRequest;
import dev.jtsh.protocol.web.SignupBeginResponse;
import dev.jtsh.protocol.web.SignupFinishRequest;
import dev.jtsh.protocol.web.SignupFinishResponse;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Redeems invites: a user sets a password and registers the first security key, once. */
public final class Signups {
  private static final int TRIES_PER_MINUTE_MAX = 60;

  private final AuthSettings settings;
  private final Users users;
  private final PasswordGate passwords;
  private final RecoveryCodes codes;
  private final Webauthn webauthn;
  private final Locks locks;
  private final InstantSource clock;
  private final AuditLog audit;
  private final Attempts attempts;

  Signups(
      AuthSettings settings,
      Users users,
      PasswordGate passwords,
      RecoveryCodes codes,
      Webauthn webauthn,
      Locks locks,
      AuditLog audit,
      InstantSource clock) {
    this.settings = settings;
    this.users = users;
    this.passwords = passwords;
    this.codes = codes;
    this.webauthn = webauthn;
    this.locks = locks;
    this.clock = clock;
    this.audit = audit;
    this.attempts = new Attempts(clock, TRIES_PER_MINUTE_MAX);
  }

  /**
   * Tells whose invite it is and what the new key shall sign.
   *
   * @throws WireException of kind ACCESS_DENIED when there is no such invite, always the same;
   *     BAD_PARAMETER for a key alone where a password is demanded
   */
  public SignupBeginResponse begin(SignupBeginRequest request, InetSocketAddress remote) {
    UserRecord user = owner(invite(request.token(), remote));
    boolean passwordless = settings.accounts().passwordless();
    if (request.passwordless() && !passwordless) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "this cluster demands a password");
    }
    return new SignupBeginResponse(
        user.name(),
        webauthn.creation(user, purpose(request.token(), user, request.passwordless())),
        new SignupBeginResponse.Rules(
            settings.clusterName(),
            PasswordGate.PASSWORD_CHARS_MIN,
            PasswordHash.MAX_PASSWORD_BYTES,
            passwordless));
  }

  /**
   * Sets password and key. The invite is gone after it, also when somebody else was quicker, and so
   * is all that the user had open.
   *
   * @throws WireException of kind ACCESS_DENIED for a bad invite or key, BAD_PARAMETER for a
   *     password that will not do (the invite stays)
   */
  public SignupFinishResponse finish(SignupFinishRequest request, InetSocketAddress remote) {
    Stored<Users.Invite> invite = invite(request.token(), remote);
    UserRecord user = owner(invite);
    if (request.attestation() == null) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "a security key is needed");
    }
    boolean alone = request.password().isEmpty() && settings.accounts().passwordless();
    String hash = alone ? "" : passwords.hash(request.password());
    String deviceName = MfaDevice.checkedName(request.deviceName());
    Optional<MfaDevice> device =
        webauthn.register(
            user, request.attestation(), deviceName, purpose(request.token(), user, alone));
    if (device.isEmpty()) {
      throw new WireException(ErrorKind.ACCESS_DENIED, "invalid Webauthn response");
    }
    if (!users.redeem(invite)) {
      throw badInvite();
    }
    // Whoever recovers an account must not be able to approve before its owner hears of it.
    boolean again = user.isEnrolled();
    MfaDevice key =
        again
            ? device.get().approvingFrom(clock.instant().plus(settings.sso().newKeyWait()))
            : device.get();
    // Without a password a code has no other half that must be there with it.
    RecoveryCodes.Made made =
        alone || !settings.accounts().recoveryCodes()
            ? new RecoveryCodes.Made(List.of(), List.of())
            : codes.make();
    users.update(
        user.name(),
        u ->
            u.withPassword(hash)
                .withDevices(List.of(key))
                .withTotp(null)
                .withRecoveryCodes(made.hashes()));
    if (again) {
      locks.putForNewSecrets(user.name());
    }
    audit.emit(
        AuditEvent.of(AuditEvent.Type.USER_UPDATED)
            .with("name", user.name())
            .with("addr.remote", Addresses.ipAndPort(remote))
            .build());
    audit.emit(
        AuditEvent.of(AuditEvent.Type.MFA_DEVICE_ADDED)
            .with("user", user.name())
            .with("mfa_device_name", device.get().name())
            .with("mfa_device_uuid", device.get().id())
            .with("mfa_device_type", "WebAuthn")
            .build());
    if (!made.codes().isEmpty()) {
      audit.emit(
          AuditEvent.of(AuditEvent.Type.RECOVERY_CODES_CREATED).with("user", user.name()).build());
    }
    return new SignupFinishResponse("ok", made.codes(), key.approvesFrom());
  }

  private Stored<Users.Invite> invite(String token, InetSocketAddress remote) {
    if (!attempts.tryOnce(SourceNetwork.of(remote).address())) {
      throw new WireException(
          ErrorKind.LIMIT_EXCEEDED, "too many tries from your network, try again in a minute");
    }
    return users.invitation(token).orElseThrow(Signups::badInvite);
  }

  private UserRecord owner(Stored<Users.Invite> invite) {
    return users.get(invite.value().user()).orElseThrow(Signups::badInvite);
  }

  /** Bound to the invite, so that two invites of one user cannot finish each other's ceremony. */
  private static Challenges.Purpose purpose(String token, UserRecord user, boolean alone) {
    return Challenges.Purpose.of(
        user.name(),
        Tokens.hash(token),
        alone ? Challenges.Scope.SIGNUP_KEY_ALONE : Challenges.Scope.SIGNUP);
  }

  private static WireException badInvite() {
    return new WireException(
        ErrorKind.ACCESS_DENIED, "this invite is unknown, used or too old; ask for a new one");
  }
}
