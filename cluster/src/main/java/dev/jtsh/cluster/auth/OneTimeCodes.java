// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One-time codes of an app, where the cluster allows them: the second factor of a login with a
 * password on the command line, and of nothing else (security rules 3 and 22). A user has one app
 * at most; it comes and goes with the yes of a security key. Blocks.
 */
final class OneTimeCodes {
  private static final Duration REGISTRATION_LIFE = Duration.ofMinutes(5);
  private static final int REGISTRATIONS_MAX = 1_000;
  private static final int TRIES_MAX = 5;

  /** An app that has shown no code yet. */
  record Registration(String id, String session, ByteString secret, Instant expires, int tries) {
    @Override
    public String toString() {
      return "Registration[id=" + id + ", secret hidden]";
    }
  }

  private final boolean allowed;
  private final Users users;
  private final SecurityKeys keys;
  private final AuditLog audit;
  private final InstantSource clock;
  private final SecureRandom random;
  // One for each user, oldest first; guarded by this.
  private final Map<String, Registration> open = new LinkedHashMap<>();

  OneTimeCodes(
      boolean allowed,
      Users users,
      SecurityKeys keys,
      AuditLog audit,
      InstantSource clock,
      SecureRandom random) {
    this.allowed = allowed;
    this.users = users;
    this.keys = keys;
    this.audit = audit;
    this.clock = clock;
    this.random = random;
  }

  /** The user's app, if there is one. */
  Optional<TotpDevice> of(String user) {
    return users.get(user).map(UserRecord::totp);
  }

  /** Whether the user can log in with a code now. */
  boolean offered(UserRecord user) {
    TotpDevice device = user.totp();
    return allowed && device != null && !device.isShut();
  }

  /**
   * A secret for a new app.
   *
   * @param existing the answer of a security key to a challenge for managing keys
   * @throws WireException of kind BAD_PARAMETER where codes are not allowed, ACCESS_DENIED when the
   *     answer does not hold
   */
  Registration create(String user, String session, Optional<WebauthnAssertionJson> existing) {
    if (!allowed) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER, "this cluster takes WebAuthn keys, for the caller only");
    }
    keys.confirm(user, session, existing);
    var made =
        new Registration(
            UUID.randomUUID().toString(),
            session,
            Totp.newSecret(random),
            clock.instant().plus(REGISTRATION_LIFE),
            0);
    synchronized (this) {
      open.remove(user);
      if (open.size() >= REGISTRATIONS_MAX) {
        Iterator<String> oldest = open.keySet().iterator();
        oldest.next();
        oldest.remove();
      }
      open.put(user, made);
    }
    return made;
  }

  /**
   * Registers the app when it shows the right code, which is then used up.
   *
   * @param id of the {@link Registration}, or empty: older clients do not say
   * @throws WireException of kind ACCESS_DENIED for a wrong code, ALREADY_EXISTS when the user has
   *     an app or the name is taken, BAD_PARAMETER for a user without a password
   */
  TotpDevice add(
      String user, String session, String id, String name, String code, InetSocketAddress remote) {
    String checked = SecurityKeys.checkedName(name);
    Proven proven = prove(user, session, id, code);
    var device =
        new TotpDevice(
            UUID.randomUUID().toString(),
            checked,
            proven.secret(),
            proven.step(),
            0,
            clock.instant());
    var added = new AtomicBoolean();
    users.update(
        user,
        u -> {
          // A user without a key or password has nothing that a code could be second to.
          boolean may =
              u.totp() == null
                  && !u.isSso()
                  && !u.passwordHash().isEmpty()
                  && u.isEnrolled()
                  && u.devices().stream().noneMatch(d -> d.name().equals(checked));
          added.set(may);
          return may ? u.withTotp(device) : u;
        });
    if (!added.get()) {
      throw new WireException(
          ErrorKind.ALREADY_EXISTS,
          "there is a key of this name, or an app for codes, already, or you have no password");
    }
    audit.emit(event(AuditEvent.Type.MFA_DEVICE_ADDED, user, device, remote));
    return device;
  }

  /**
   * Removes the app.
   *
   * @param existing the answer of a security key to a challenge for managing keys
   */
  void remove(
      String user,
      String session,
      TotpDevice device,
      Optional<WebauthnAssertionJson> existing,
      InetSocketAddress remote) {
    keys.confirm(user, session, existing);
    users.update(
        user,
        u -> {
          TotpDevice present = u.totp();
          return present != null && present.id().equals(device.id()) ? u.withTotp(null) : u;
        });
    audit.emit(event(AuditEvent.Type.MFA_DEVICE_DELETED, user, device, remote));
  }

  /**
   * Uses a code up. To be asked only when the password was right: wrong codes are counted, and
   * nobody else shall be able to shut them.
   *
   * @return the app, or empty if the code does not hold
   */
  Optional<TotpDevice> use(String user, String code) {
    if (!allowed) {
      return Optional.empty();
    }
    var held = new AtomicBoolean();
    users.update(
        user,
        u -> {
          TotpDevice device = u.totp();
          held.set(false);
          if (device == null || device.isShut()) {
            return u;
          }
          // Of two logins with one code at one time one sees the step used.
          OptionalLong step = Totp.match(device.secret(), code, clock.instant(), device.usedStep());
          held.set(step.isPresent());
          return u.withTotp(
              step.isPresent() ? device.used(step.getAsLong()) : device.wrongOnceMore());
        });
    return held.get() ? of(user) : Optional.empty();
  }

  /** A security key has proven the user: codes may be tried again. */
  void open(UserRecord user) {
    TotpDevice device = user.totp();
    if (device != null && device.wrongInRow() > 0) {
      users.update(
          user.name(),
          u -> {
            TotpDevice present = u.totp();
            return present == null ? u : u.withTotp(present.opened());
          });
    }
  }

  private record Proven(ByteString secret, long step) {
    @Override
    public String toString() {
      return "Proven[hidden]";
    }
  }

  private synchronized Proven prove(String user, String session, String id, String code) {
    Registration asked = open.get(user);
    if (!allowed
        || asked == null
        || !asked.session().equals(session)
        || (!id.isEmpty() && !asked.id().equals(id))
        || !asked.expires().isAfter(clock.instant())) {
      throw new WireException(
          ErrorKind.ACCESS_DENIED, "no app waits for its first code: begin again");
    }
    OptionalLong step = Totp.match(asked.secret(), code, clock.instant(), Long.MIN_VALUE);
    if (step.isPresent() || asked.tries() + 1 >= TRIES_MAX) {
      open.remove(user);
    } else {
      open.put(
          user,
          new Registration(
              asked.id(), asked.session(), asked.secret(), asked.expires(), asked.tries() + 1));
    }
    if (step.isEmpty()) {
      throw new WireException(
          ErrorKind.ACCESS_DENIED, "the code does not fit: is the clock of the device right?");
    }
    return new Proven(asked.secret(), step.getAsLong());
  }

  private static AuditEvent event(
      AuditEvent.Type type, String user, TotpDevice device, InetSocketAddress remote) {
    return AuditEvent.of(type)
        .with("user", user)
        .with("mfa_device_name", device.name())
        .with("mfa_device_uuid", device.id())
        .with("mfa_device_type", "TOTP")
        .with("addr.remote", Addresses.ipAndPort(remote))
        .build();
  }
}
