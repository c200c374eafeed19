// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeAccess;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.MfaLoginBeginResponse;
import dev.jtsh.protocol.web.MfaLoginFinishRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Password and security key, or one-time code where the cluster allows it: the ordinary login.
 * Blocks (hashing, storage): call on a virtual thread. Every refusal has one text, so that nobody
 * learns which part was wrong or which user exists.
 */
public final class Logins {
  static final int TRIES_PER_MINUTE_MAX = 20;

  private final AuthSettings settings;
  private final Users users;
  private final AccessView access;
  private final PasswordGate passwords;
  private final Webauthn webauthn;
  private final OneTimeCodes codes;
  private final CertificateIssuer issuer;
  private final AuditLog audit;
  private final InstantSource clock;
  private final Attempts attempts;

  Logins(
      AuthSettings settings,
      Users users,
      AccessView access,
      PasswordGate passwords,
      Webauthn webauthn,
      OneTimeCodes codes,
      CertificateIssuer issuer,
      AuditLog audit,
      InstantSource clock) {
    this.settings = settings;
    this.users = users;
    this.access = access;
    this.passwords = passwords;
    this.webauthn = webauthn;
    this.codes = codes;
    this.issuer = issuer;
    this.audit = audit;
    this.clock = clock;
    this.attempts = new Attempts(clock, TRIES_PER_MINUTE_MAX);
  }

  /**
   * Checks the password and gives a challenge (teleport-wire §2.4).
   *
   * @throws WireException of kind ACCESS_DENIED for whatever is wrong
   */
  public MfaLoginBeginResponse begin(MfaLoginBeginRequest request, InetSocketAddress remote) {
    if (request.passwordless()) {
      if (!attempts.tryOnce("address " + SourceNetwork.of(remote).address())) {
        throw denied();
      }
      return new MfaLoginBeginResponse(webauthn.passkeyChallenge(), false);
    }
    count(request.user(), remote);
    Optional<UserRecord> user = users.get(request.user());
    if (!passwords.verify(user, request.pass())) {
      failed(request.user(), remote, "invalid username or password");
      throw denied();
    }
    return new MfaLoginBeginResponse(
        webauthn.challenge(user, Challenges.Purpose.of(request.user(), "", Challenges.Scope.LOGIN)),
        user.filter(codes::offered).isPresent());
  }

  /**
   * Checks password and signed challenge, or one-time code, and gives certificates. Those of a code
   * do not say that a second factor was proven: where sessions ask for one, only a key is. Without
   * a user's name the answer has to be a passkey's, which verified its person and says who that is.
   *
   * @throws WireException of kind ACCESS_DENIED for a wrong answer, BAD_PARAMETER for unreadable
   *     keys
   */
  public SshLoginResponse finish(MfaLoginFinishRequest request, InetSocketAddress remote) {
    SubmittedKeys keys = SubmittedKeys.of(request.keys());
    count(request.user(), remote);
    Optional<Proven> known =
        (request.user().isEmpty() ? byPasskey(request) : byPassword(request))
            .filter(k -> !k.user().isSso());
    if (known.isEmpty()) {
      failed(request.user(), remote, "invalid credentials");
      throw denied();
    }
    Proven proven = known.get();
    UserRecord user = proven.user();
    List<Role> roles = access.roles(user.roles());
    if (roles.isEmpty()) {
      failed(request.user(), remote, "user has no role");
      throw denied();
    }
    var identity = issuer.identity(user, roles, Addresses.ip(remote));
    if (proven.key()) {
      identity.mfaVerified(proven.device());
    }
    SshLoginResponse answer = issuer.login(identity.build(), keys, notAfter(request.ttl(), roles));
    audit.emit(
        AuditEvent.of(AuditEvent.Type.LOGIN)
            .with("user", user.name())
            .with("method", "local")
            .with("success", true)
            .with("addr.remote", Addresses.ipAndPort(remote))
            .with("mfa_device", proven.device())
            .with("mfa_device_type", proven.key() ? "WebAuthn" : "TOTP")
            .build());
    return answer;
  }

  private Optional<Proven> byPasskey(MfaLoginFinishRequest request) {
    return Optional.ofNullable(request.webauthnChallengeResponse())
        .flatMap(webauthn::verifyPasskey)
        .map(known -> new Proven(known.user(), known.device().id(), true));
  }

  private Optional<Proven> byPassword(MfaLoginFinishRequest request) {
    Optional<UserRecord> user = users.get(request.user());
    boolean passwordFits = passwords.verify(user, request.password());
    return user.filter(u -> passwordFits && !u.isSso()).flatMap(u -> secondFactor(u, request));
  }

  /** Who it is, by which key, or else by which app for codes. */
  private record Proven(UserRecord user, String device, boolean key) {}

  private Optional<Proven> secondFactor(UserRecord user, MfaLoginFinishRequest request) {
    WebauthnAssertionJson signed = request.webauthnChallengeResponse();
    if (signed == null) {
      return request.totpCode().isEmpty()
          ? Optional.empty()
          : codes
              .use(user.name(), request.totpCode())
              .map(app -> new Proven(user, app.id(), false));
    }
    if (!request.totpCode().isEmpty()) {
      return Optional.empty();
    }
    Optional<MfaDevice> device =
        webauthn.verify(signed, Challenges.Purpose.of(user.name(), "", Challenges.Scope.LOGIN));
    device.ifPresent(key -> codes.open(user));
    return device.map(key -> new Proven(user, key.id(), true));
  }

  /** A login in a browser: who, with which key, with which roles. */
  record WebLogin(UserRecord user, MfaDevice device, List<Role> roles) {}

  /**
   * The end of a login in a browser: with a passkey when no user is named, else with a key after
   * the password, for only a right password gets a challenge of that scope.
   *
   * @throws WireException of kind ACCESS_DENIED for whatever is wrong
   */
  WebLogin finishWeb(String userName, WebauthnAssertionJson answer, InetSocketAddress remote) {
    count(userName, remote);
    Optional<Webauthn.Known> known =
        userName.isEmpty()
            ? webauthn.verifyPasskey(answer)
            : users
                .get(userName)
                .flatMap(user ->
                    webauthn
                        .verify(answer, Challenges.Purpose.of(userName, "", Challenges.Scope.LOGIN))
                        .map(device -> new Webauthn.Known(user, device)));
    // A key must not be a way around the provider, which may have closed the account.
    List<Role> roles =
        known
            .filter(k -> !k.user().isSso())
            .map(k -> access.roles(k.user().roles()))
            .orElse(List.of());
    if (known.isEmpty() || roles.isEmpty()) {
      failed(userName, remote, "invalid credentials");
      throw denied();
    }
    audit.emit(
        AuditEvent.of(AuditEvent.Type.LOGIN)
            .with("user", known.get().user().name())
            .with("method", "local")
            .with("success", true)
            .with("addr.remote", Addresses.ipAndPort(remote))
            .with("mfa_device", known.get().device().id())
            .with("message", "web session")
            .build());
    return new WebLogin(known.get().user(), known.get().device(), roles);
  }

  private Instant notAfter(Duration asked, List<Role> roles) {
    Duration wanted = asked.isZero() || asked.isNegative() ? settings.defaultSessionTtl() : asked;
    Duration longest = KubeAccess.shortestSession(roles);
    return clock.instant().plus(wanted.compareTo(longest) < 0 ? wanted : longest);
  }

  private void count(String user, InetSocketAddress remote) {
    SourceNetwork source = SourceNetwork.of(remote);
    boolean userMay = user.isEmpty() || attempts.tryOnce("user " + user);
    boolean addressMay = attempts.tryOnce("address " + source.address());
    if (!userMay || !addressMay) {
      failed(user, remote, "too many attempts");
      throw denied();
    }
  }

  private void failed(String user, InetSocketAddress remote, String error) {
    audit.emit(
        AuditEvent.of(AuditEvent.Type.LOGIN_FAILED)
            .with("user", bounded(user))
            .with("method", "local")
            .with("success", false)
            .with("error", error)
            .with("addr.remote", Addresses.ipAndPort(remote))
            .build());
  }

  /** A name nobody checked yet may be long. */
  static String bounded(String name) {
    return name.length() <= 128 ? name : name.substring(0, 128);
  }

  private static WireException denied() {
    return new WireException(ErrorKind.ACCESS_DENIED, "invalid credentials");
  }
}
