// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.RecoveryBeginResponse;
import dev.jtsh.protocol.web.RecoveryFinishResponse;
import dev.jtsh.protocol.web.RecoveryRequest;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * Puts a new password or key in the place of a lost one. A recovery code stands for what was lost
 * only: the other half, key or password, must be there. A new key takes the place of all and may
 * not approve before the time for new keys has passed (security rule 22). Everything the user had
 * open ends. Every refusal has one text and costs the same for names that do not exist (rule 26).
 * Blocks.
 */
public final class Recoveries {
  private static final int TRIES_PER_MINUTE_MAX = 10;

  private final AuthSettings settings;
  private final Users users;
  private final PasswordGate passwords;
  private final RecoveryCodes codes;
  private final Webauthn webauthn;
  private final Locks locks;
  private final AuditLog audit;
  private final InstantSource clock;
  private final Attempts attempts;

  Recoveries(
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
    this.audit = audit;
    this.clock = clock;
    this.attempts = new Attempts(clock, TRIES_PER_MINUTE_MAX);
  }

  /** Who passed, and by which code. */
  private record Passed(UserRecord user, int code) {}

  /**
   * Checks the code, with the password when the key is lost, and says what a key shall sign: one of
   * the user's, or the new one.
   *
   * @throws WireException of kind ACCESS_DENIED for whatever is wrong
   */
  public RecoveryBeginResponse begin(RecoveryRequest request, InetSocketAddress remote) {
    Passed passed = check(request, remote);
    return request.lostKey()
        ? RecoveryBeginResponse.ofNewKey(
            webauthn.creation(
                passed.user(), purpose(passed.user().name(), Challenges.Scope.LOST_KEY)))
        : RecoveryBeginResponse.ofPresentKey(
            webauthn.challenge(
                Optional.of(passed.user()),
                purpose(passed.user().name(), Challenges.Scope.LOST_PASSWORD)));
  }

  /**
   * Uses the code up and sets the new password or key.
   *
   * @throws WireException of kind ACCESS_DENIED for whatever is wrong, BAD_PARAMETER for a password
   *     or name that will not do (the code stays)
   */
  public RecoveryFinishResponse finish(RecoveryRequest request, InetSocketAddress remote) {
    Passed passed = check(request, remote);
    return request.lostKey()
        ? newKey(request, passed, remote)
        : newPassword(request, passed, remote);
  }

  private RecoveryFinishResponse newKey(
      RecoveryRequest request, Passed passed, InetSocketAddress remote) {
    String name = passed.user().name();
    String deviceName = MfaDevice.checkedName(request.deviceName());
    Optional<MfaDevice> made =
        request.attestation() == null
            ? Optional.empty()
            : webauthn.register(
                passed.user(),
                request.attestation(),
                deviceName,
                purpose(name, Challenges.Scope.LOST_KEY));
    if (made.isEmpty()) {
      throw refused(name, remote);
    }
    MfaDevice key = made.get().approvingFrom(clock.instant().plus(settings.sso().newKeyWait()));
    RecoveryFinishResponse done =
        use(passed, remote, user -> user.withDevices(List.of(key)).withTotp(null), key);
    audit.emit(
        AuditEvent.of(AuditEvent.Type.MFA_DEVICE_ADDED)
            .with("user", name)
            .with("mfa_device_name", key.name())
            .with("mfa_device_uuid", key.id())
            .with("mfa_device_type", "WebAuthn")
            .with("addr.remote", Addresses.ipAndPort(remote))
            .build());
    return done;
  }

  private RecoveryFinishResponse newPassword(
      RecoveryRequest request, Passed passed, InetSocketAddress remote) {
    String name = passed.user().name();
    Optional<MfaDevice> key =
        request.assertion() == null
            ? Optional.empty()
            : webauthn.verify(request.assertion(), purpose(name, Challenges.Scope.LOST_PASSWORD));
    if (key.isEmpty()) {
      throw refused(name, remote);
    }
    String hash = passwords.hash(request.password());
    return use(passed, remote, user -> user.withPassword(hash), key.get());
  }

  /** Of two who use one code at one time one does. */
  private RecoveryFinishResponse use(
      Passed passed, InetSocketAddress remote, UnaryOperator<UserRecord> change, MfaDevice key) {
    String name = passed.user().name();
    String hash = passed.user().recoveryCodes().get(passed.code());
    var used = new AtomicBoolean();
    users.update(
        name,
        user -> {
          List<String> left = new ArrayList<>(user.recoveryCodes());
          boolean may = left.size() > passed.code() && left.get(passed.code()).equals(hash);
          used.set(may);
          if (!may) {
            return user;
          }
          left.set(passed.code(), "");
          return change.apply(user).withRecoveryCodes(left);
        });
    if (!used.get()) {
      throw refused(name, remote);
    }
    locks.putForNewSecrets(name);
    audit.emit(event(AuditEvent.Type.RECOVERY_CODE_USED, name, true, remote));
    int left =
        (int)
            users.get(name).map(UserRecord::recoveryCodes).orElse(List.of()).stream()
                .filter(one -> !one.isEmpty())
                .count();
    return new RecoveryFinishResponse("ok", key.approvesFrom(), left);
  }

  private Passed check(RecoveryRequest request, InetSocketAddress remote) {
    if (!settings.accounts().recoveryCodes()) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER,
          "this cluster has no recovery codes: ask your administrators for a new invite");
    }
    boolean userMay = attempts.tryOnce("user " + request.user());
    boolean addressMay = attempts.tryOnce("address " + SourceNetwork.of(remote).address());
    if (!userMay || !addressMay) {
      throw refused(request.user(), remote);
    }
    Optional<UserRecord> user = users.get(request.user()).filter(u -> !u.isSso());
    OptionalInt code = codes.find(user, request.code());
    boolean half = !request.lostKey() || passwords.verify(user, request.password());
    if (user.isEmpty() || code.isEmpty() || !half) {
      throw refused(request.user(), remote);
    }
    return new Passed(user.get(), code.getAsInt());
  }

  private WireException refused(String user, InetSocketAddress remote) {
    audit.emit(event(AuditEvent.Type.RECOVERY_CODE_REFUSED, Logins.bounded(user), false, remote));
    return new WireException(ErrorKind.ACCESS_DENIED, "invalid credentials");
  }

  private static AuditEvent event(
      AuditEvent.Type type, String user, boolean success, InetSocketAddress remote) {
    return AuditEvent.of(type)
        .with("user", user)
        .with("success", success)
        .with("addr.remote", Addresses.ipAndPort(remote))
        .build();
  }

  private static Challenges.Purpose purpose(String user, Challenges.Scope scope) {
    return Challenges.Purpose.of(user, "", scope);
  }
}
