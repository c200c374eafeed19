// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnAttestationJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import dev.jtsh.protocol.web.WebauthnCreationJson;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What users do with their own security keys. Each change is signed by a key that is there already;
 * only a provider's user without any may register the first by the login alone, as far as the
 * policy allows (security rule 22). Blocks.
 */
public final class SecurityKeys {
  private static final int KEYS_MAX = 20;
  private static final int NAME_CHARS_MAX = 64;

  private final SsoSettings settings;
  private final Users users;
  private final Webauthn webauthn;
  private final AuditLog audit;
  private final InstantSource clock;

  SecurityKeys(
      SsoSettings settings, Users users, Webauthn webauthn, AuditLog audit, InstantSource clock) {
    this.settings = settings;
    this.users = users;
    this.webauthn = webauthn;
    this.audit = audit;
    this.clock = clock;
  }

  /** The keys of a user. */
  List<MfaDevice> list(String user) {
    return present(user).devices();
  }

  /** What a present key shall sign so that keys can be changed. */
  WebauthnChallengeJson challenge(String user, String session) {
    return webauthn.challenge(
        Optional.of(present(user)), purpose(user, session, Challenges.Scope.MANAGE_DEVICES));
  }

  /**
   * What a new key shall sign.
   *
   * @param session of who asks; the answer must come in the same
   * @param existing the answer to {@link #challenge}; not needed for a first key
   * @throws WireException of kind ACCESS_DENIED when there must be one, or it does not hold
   */
  public WebauthnCreationJson create(
      String user, String session, Optional<WebauthnAssertionJson> existing) {
    UserRecord record = present(user);
    if (record.devices().isEmpty()) {
      checkFirst(record);
    } else {
      confirm(user, session, existing);
    }
    return webauthn.creation(record, purpose(user, session, Challenges.Scope.REGISTER_DEVICE));
  }

  /**
   * Registers a key.
   *
   * @return the key, with the time from which on it may approve
   * @throws WireException of kind ACCESS_DENIED when the answer does not hold, ALREADY_EXISTS when
   *     the name is taken
   */
  public MfaDevice add(
      String user,
      String session,
      String name,
      WebauthnAttestationJson answer,
      InetSocketAddress remote) {
    UserRecord record = present(user);
    String checked = checkedName(name);
    boolean first = record.devices().isEmpty();
    if (first) {
      checkFirst(record);
    }
    MfaDevice made =
        webauthn
            .register(
                record, answer, checked, purpose(user, session, Challenges.Scope.REGISTER_DEVICE))
            .orElseThrow(
                () -> new WireException(ErrorKind.ACCESS_DENIED, "invalid Webauthn response"));
    boolean waits = first && settings.firstKey() == SsoSettings.FirstKey.WAITS;
    MfaDevice device =
        waits ? made.approvingFrom(clock.instant().plus(settings.newKeyWait())) : made;
    var added = new AtomicBoolean();
    users.update(
        user,
        u -> {
          // Of two first keys at one time one is: the other had no key to be signed by.
          boolean may =
              u.devices().isEmpty() == first
                  && u.devices().size() < KEYS_MAX
                  && (u.totp() == null || !u.totp().name().equals(checked))
                  && u.devices().stream().noneMatch(d -> d.name().equals(checked));
          added.set(may);
          if (!may) {
            return u;
          }
          List<MfaDevice> all = new ArrayList<>(u.devices());
          all.add(device);
          return u.withDevices(all);
        });
    if (!added.get()) {
      throw new WireException(
          ErrorKind.ALREADY_EXISTS, "there is a key of this name already, or too many keys");
    }
    audit.emit(event(AuditEvent.Type.MFA_DEVICE_ADDED, user, device, remote));
    return device;
  }

  /**
   * Removes a key.
   *
   * @param nameOrId what the user calls it, or its id
   * @throws WireException of kind NOT_FOUND without such a key, ACCESS_DENIED when the signature
   *     does not hold, BAD_PARAMETER for the last one: the cluster demands a second factor
   */
  void remove(
      String user,
      String session,
      String nameOrId,
      Optional<WebauthnAssertionJson> existing,
      InetSocketAddress remote) {
    MfaDevice device =
        list(user).stream()
            .filter(d -> d.name().equals(nameOrId) || d.id().equals(nameOrId))
            .findFirst()
            .orElseThrow(() -> new WireException(ErrorKind.NOT_FOUND, "there is no such key"));
    confirm(user, session, existing);
    var last = new AtomicBoolean();
    users.update(
        user,
        u -> {
          List<MfaDevice> left =
              u.devices().stream().filter(d -> !d.id().equals(device.id())).toList();
          last.set(left.isEmpty());
          return left.isEmpty() ? u : u.withDevices(left);
        });
    if (last.get()) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER,
          "this is the last key, and the cluster demands one: add another first");
    }
    audit.emit(event(AuditEvent.Type.MFA_DEVICE_DELETED, user, device, remote));
  }

  /**
   * Has a registered key agree to a change of second factors.
   *
   * @throws WireException of kind ACCESS_DENIED when the answer does not hold
   */
  void confirm(String user, String session, Optional<WebauthnAssertionJson> existing) {
    boolean holds =
        existing
            .flatMap(answer ->
                webauthn.verify(answer, purpose(user, session, Challenges.Scope.MANAGE_DEVICES)))
            .isPresent();
    if (!holds) {
      throw new WireException(
          ErrorKind.ACCESS_DENIED, "a key that is registered already must sign this");
    }
  }

  private void checkFirst(UserRecord user) {
    if (!user.isSso() || settings.firstKey() == SsoSettings.FirstKey.REFUSED) {
      throw new WireException(
          ErrorKind.ACCESS_DENIED, "the first key is not registered here; ask your administrators");
    }
  }

  private UserRecord present(String user) {
    return users
        .get(user)
        .orElseThrow(() -> new WireException(ErrorKind.ACCESS_DENIED, "the user is gone"));
  }

  /** A name of a second factor that can be shown. */
  static String checkedName(String name) {
    String text = name.isBlank() ? "key" : name.strip();
    if (text.length() > NAME_CHARS_MAX || !SafeText.of(text).toString().equals(text)) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER, "a key's name is at most 64 characters, all of them visible");
    }
    return text;
  }

  private static Challenges.Purpose purpose(String user, String session, Challenges.Scope scope) {
    return Challenges.Purpose.of(user, session, scope);
  }

  private static AuditEvent event(
      AuditEvent.Type type, String user, MfaDevice device, InetSocketAddress remote) {
    Instant from = device.approvesFrom();
    return AuditEvent.of(type)
        .with("user", user)
        .with("mfa_device_name", device.name())
        .with("mfa_device_uuid", device.id())
        .with("mfa_device_type", "WebAuthn")
        .with("approves_from", from == null ? "" : from.toString())
        .with("addr.remote", Addresses.ipAndPort(remote))
        .build();
  }
}
