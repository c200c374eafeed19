// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.SignupBeginRequest;
import dev.jtsh.protocol.web.SignupBeginResponse;
import dev.jtsh.protocol.web.SignupFinishRequest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Redeems invites: a user sets a password and registers the first security key, once. */
public final class Signups {
  private static final int TRIES_PER_MINUTE_MAX = 20;
  private static final int DEVICE_NAME_CHARS_MAX = 64;

  private final Users users;
  private final PasswordGate passwords;
  private final Webauthn webauthn;
  private final Duration newKeyWait;
  private final InstantSource clock;
  private final AuditLog audit;
  private final Attempts attempts;

  Signups(
      Users users,
      PasswordGate passwords,
      Webauthn webauthn,
      Duration newKeyWait,
      AuditLog audit,
      InstantSource clock) {
    this.users = users;
    this.passwords = passwords;
    this.webauthn = webauthn;
    this.newKeyWait = newKeyWait;
    this.clock = clock;
    this.audit = audit;
    this.attempts = new Attempts(clock, TRIES_PER_MINUTE_MAX);
  }

  /**
   * Tells whose invite it is and what the new key shall sign.
   *
   * @throws WireException of kind ACCESS_DENIED when there is no such invite
   */
  public SignupBeginResponse begin(SignupBeginRequest request, InetSocketAddress remote) {
    UserRecord user = owner(invite(request.token(), remote));
    return new SignupBeginResponse(
        user.name(), webauthn.creation(user, purpose(request.token(), user)));
  }

  /**
   * Sets password and key. The invite is gone after it, also when somebody else was quicker.
   *
   * @throws WireException of kind ACCESS_DENIED for a bad invite or key, BAD_PARAMETER for a
   *     password that will not do (the invite stays)
   */
  public void finish(SignupFinishRequest request, InetSocketAddress remote) {
    Stored<Users.Invite> invite = invite(request.token(), remote);
    UserRecord user = owner(invite);
    if (request.attestation() == null) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "a security key is needed");
    }
    String hash = passwords.hash(request.password());
    String deviceName = request.deviceName();
    if (deviceName.length() > DEVICE_NAME_CHARS_MAX) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "device name is too long");
    }
    Optional<MfaDevice> device =
        webauthn.register(user, request.attestation(), deviceName, purpose(request.token(), user));
    if (device.isEmpty()) {
      throw new WireException(ErrorKind.ACCESS_DENIED, "invalid Webauthn response");
    }
    if (!users.redeem(invite)) {
      throw badInvite();
    }
    // Whoever recovers an account must not be able to approve before its owner hears of it.
    MfaDevice key =
        user.devices().isEmpty()
            ? device.get()
            : device.get().approvingFrom(clock.instant().plus(newKeyWait));
    users.update(user.name(), u -> u.withPassword(hash).withDevices(List.of(key)));
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
  }

  private Stored<Users.Invite> invite(String token, InetSocketAddress remote) {
    if (!attempts.tryOnce(SourceNetwork.of(remote).address())) {
      throw badInvite();
    }
    return users.invitation(token).orElseThrow(Signups::badInvite);
  }

  private UserRecord owner(Stored<Users.Invite> invite) {
    return users.get(invite.value().user()).orElseThrow(Signups::badInvite);
  }

  /** Bound to the invite, so that two invites of one user cannot finish each other's ceremony. */
  private static Challenges.Purpose purpose(String token, UserRecord user) {
    return Challenges.Purpose.of(user.name(), Tokens.hash(token), Challenges.Scope.SIGNUP);
  }

  private static WireException badInvite() {
    return new WireException(
        ErrorKind.ACCESS_DENIED, "this invite is unknown, used or too old; ask for a new one");
  }
}
