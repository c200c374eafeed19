// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Logins of browsers (teleport-wire §2.8). A session is named by two secrets: one in a cookie that
 * no script can read, one that the page's script sends in a header and no other site's page can.
 * Both are new at each login and after each approval, and never what the browser brought, so a
 * session cannot be planted (security rule 22). Kept in memory: after a restart people log in
 * again.
 */
public final class WebSessions {
  /** The end of a session, used or not. */
  public static final Duration LIFE = Duration.ofHours(1);

  /** The end of a session that nobody uses. */
  public static final Duration IDLE_MAX = Duration.ofMinutes(15);

  private static final int TOTAL_MAX = 10_000;
  private static final int PER_USER_MAX = 20;

  private final Logins logins;
  private final SsoLogins ssoLogins;
  private final SsoSettings ssoSettings;
  private final Users users;
  private final AccessView access;
  private final CertificateIssuer issuer;
  private final Locks locks;
  private final InstantSource clock;
  private final SecureRandom random;
  // By the hash of the cookie's secret, oldest first; guarded by this.
  private final Map<String, Held> held = new LinkedHashMap<>();

  WebSessions(
      Logins logins,
      SsoLogins ssoLogins,
      SsoSettings ssoSettings,
      Users users,
      AccessView access,
      CertificateIssuer issuer,
      Locks locks,
      InstantSource clock,
      SecureRandom random) {
    this.logins = logins;
    this.ssoLogins = ssoLogins;
    this.ssoSettings = ssoSettings;
    this.users = users;
    this.access = access;
    this.issuer = issuer;
    this.locks = locks;
    this.clock = clock;
    this.random = random;
  }

  private record Held(
      String user,
      String deviceId,
      String loginIp,
      String bearerHash,
      Instant created,
      Instant used) {
    Held usedNow(Instant now) {
      return new Held(user, deviceId, loginIp, bearerHash, created, now);
    }
  }

  /**
   * A new session's secrets, to be handed out once.
   *
   * @param user who is logged in
   * @param id for the cookie
   * @param bearer for the script
   * @param expires the end
   * @param firstKey {@code no} when the user has a security key; else what the policy says of a
   *     first one: {@code at_once}, {@code waits}, {@code refused}
   */
  public record Opened(String user, String id, String bearer, Instant expires, String firstKey) {
    @Override
    public String toString() {
      return "Opened[user=" + user + ", secrets hidden]";
    }
  }

  /**
   * Whoever sent a valid pair of secrets.
   *
   * @param user who is logged in
   * @param session names the session without being one of its secrets
   * @param expires the end
   */
  public record Visitor(String user, String session, Instant expires) {}

  /**
   * Logs in.
   *
   * @param user empty for a passkey, which says who it is
   * @throws WireException of kind ACCESS_DENIED for whatever is wrong
   */
  public Opened logIn(String user, WebauthnAssertionJson answer, InetSocketAddress remote) {
    Logins.WebLogin login = logins.finishWeb(user, answer, remote);
    String ip = Addresses.ip(remote);
    locks.check(identity(login.user(), login.roles(), login.device().id(), ip), clock.instant());
    return open(login.user().name(), login.device().id(), ip, clock.instant());
  }

  /**
   * Logs in who came back from a provider in this browser.
   *
   * @param browser the secret of its cookie
   * @return empty when nobody did, or the user is locked out
   */
  public Optional<Opened> logInArrived(String browser) {
    if (!Tokens.isToken(browser)) {
      return Optional.empty();
    }
    return ssoLogins
        .take(browser)
        .filter(who ->
            mayGoOn(new Held(who.user(), "", who.ip(), "", clock.instant(), clock.instant())))
        .map(who -> open(who.user(), "", who.ip(), clock.instant()));
  }

  /** A new secret, for a cookie. */
  public String newSecret() {
    return Tokens.random(random);
  }

  /**
   * Who sent these secrets.
   *
   * @return empty when they belong to no session together, or the session is over, or the user is
   *     gone or locked out
   */
  public Optional<Visitor> visitor(String id, String bearer) {
    if (!Tokens.isToken(id) || !Tokens.isToken(bearer)) {
      return Optional.empty();
    }
    String name = Tokens.hash(id);
    Held session;
    synchronized (this) {
      removeEnded();
      session = held.get(name);
      if (session == null || !same(session.bearerHash(), Tokens.hash(bearer))) {
        return Optional.empty();
      }
      held.put(name, session.usedNow(clock.instant()));
    }
    return mayGoOn(session)
        ? Optional.of(new Visitor(session.user(), name, session.created().plus(LIFE)))
        : Optional.empty();
  }

  /** The same session under new secrets; the old ones are worth nothing. */
  public Opened renew(Visitor visitor) {
    Held session;
    synchronized (this) {
      session = held.remove(visitor.session());
    }
    if (session == null) {
      throw new WireException(ErrorKind.ACCESS_DENIED, "the session is over");
    }
    return open(session.user(), session.deviceId(), session.loginIp(), session.created());
  }

  /** Ends a session. */
  public synchronized void logOut(Visitor visitor) {
    held.remove(visitor.session());
  }

  private boolean mayGoOn(Held session) {
    Optional<UserRecord> user = users.get(session.user());
    List<Role> roles = user.map(u -> access.roles(u.roles())).orElse(List.of());
    if (user.isEmpty() || roles.isEmpty()) {
      return false;
    }
    try {
      locks.check(
          identity(user.get(), roles, session.deviceId(), session.loginIp()), session.created());
      return true;
    } catch (WireException e) {
      return false; // Locked out: as good as no session.
    }
  }

  private UserIdentity identity(
      UserRecord user, List<Role> roles, String deviceId, String loginIp) {
    UserIdentity.Builder identity = issuer.identity(user, roles, loginIp);
    return deviceId.isEmpty() ? identity.build() : identity.mfaVerified(deviceId).build();
  }

  private Opened open(String user, String deviceId, String loginIp, Instant created) {
    String id = Tokens.random(random);
    String bearer = Tokens.random(random);
    synchronized (this) {
      removeEnded();
      evict(user);
      held.put(
          Tokens.hash(id),
          new Held(user, deviceId, loginIp, Tokens.hash(bearer), created, clock.instant()));
    }
    return new Opened(user, id, bearer, created.plus(LIFE), firstKey(user));
  }

  private String firstKey(String user) {
    boolean without = users.get(user).map(u -> u.devices().isEmpty()).orElse(false);
    return without ? ssoSettings.firstKey().name().toLowerCase(java.util.Locale.ROOT) : "no";
  }

  private void removeEnded() {
    Instant now = clock.instant();
    held.values()
        .removeIf(session ->
            !now.isBefore(session.created().plus(LIFE))
                || !now.isBefore(session.used().plus(IDLE_MAX)));
  }

  /** The oldest go: of this user, and of all. */
  private void evict(String user) {
    long ofUser = held.values().stream().filter(session -> session.user().equals(user)).count();
    Iterator<Held> oldest = held.values().iterator();
    while (oldest.hasNext() && (ofUser >= PER_USER_MAX || held.size() >= TOTAL_MAX)) {
      Held session = oldest.next();
      if (session.user().equals(user) || held.size() >= TOTAL_MAX) {
        ofUser -= session.user().equals(user) ? 1 : 0;
        oldest.remove();
      }
    }
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
  }
}
