// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.protocol.json.WireJson;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The users of the cluster and their invites, for the operator. */
public final class Users {
  static final String PREFIX = "users/";
  static final String INVITE_PREFIX = "invites/";
  private static final Duration INVITE_LIFE = Duration.ofHours(1);
  private static final int USER_HANDLE_BYTES = 32;
  private static final int SWAP_TRIES_MAX = 10;

  private final Backend backend;
  private final Roles roles;
  private final Locks locks;
  private final AuditLog audit;
  private final InstantSource clock;
  private final SecureRandom random;

  Users(
      Backend backend,
      Roles roles,
      Locks locks,
      AuditLog audit,
      InstantSource clock,
      SecureRandom random) {
    this.backend = backend;
    this.roles = roles;
    this.locks = locks;
    this.audit = audit;
    this.clock = clock;
    this.random = random;
  }

  /** What became of a wish to add or invite a user. */
  public sealed interface Addition {
    /**
     * The user is there; whoever has the invite may set its password and key, once.
     *
     * @param invite 32 hex digits; secret, shown once, stored as a hash
     * @param expires when the invite ends
     */
    record Invited(String user, String invite, Instant expires) implements Addition {
      @Override
      public String toString() {
        return "Invited[user=" + user + ", invite hidden]";
      }
    }

    /** There is such a user already. */
    record Exists(String user) implements Addition {}

    /** No user of this name. */
    record UnknownUser(String user) implements Addition {}

    /** The user logs in at a provider and gets no password here. */
    record OfProvider(String user) implements Addition {}

    /** The name cannot be a user's. */
    record BadName(String user) implements Addition {}

    /** These roles do not exist, or none was given. */
    record UnknownRoles(List<String> roles) implements Addition {}
  }

  /** The owner of an invite. */
  record Invite(String user, Instant createdAt) {}

  /** Adds a user who may not log in before the invite is redeemed. */
  public Addition add(String name, List<String> roleNames) {
    if (!UserRecord.isName(name)) {
      return new Addition.BadName(name);
    }
    List<String> unknown = roleNames.stream().filter(r -> roles.get(r).isEmpty()).toList();
    if (roleNames.isEmpty() || !unknown.isEmpty()) {
      return new Addition.UnknownRoles(unknown);
    }
    var user =
        new UserRecord(
            name, roleNames, newHandle(), "", List.of(), clock.instant(), List.of(), null, null);
    if (backend.create(PREFIX + name, WireJson.write(user), null).isEmpty()) {
      return new Addition.Exists(name);
    }
    audit.emit(
        AuditEvent.of(AuditEvent.Type.USER_CREATED)
            .with("name", name)
            .with("roles", roleNames)
            .build());
    return invite(name);
  }

  /** Makes a new invite for a user: redeeming it replaces password and keys. */
  public Addition invite(String name) {
    Optional<UserRecord> user = get(name);
    if (user.isEmpty()) {
      return new Addition.UnknownUser(name);
    }
    if (user.get().isSso()) {
      return new Addition.OfProvider(name);
    }
    String token = Tokens.random(random);
    Instant expires = clock.instant().plus(INVITE_LIFE);
    backend.put(
        INVITE_PREFIX + Tokens.hash(token),
        WireJson.write(new Invite(name, clock.instant())),
        expires);
    audit.emit(
        AuditEvent.of(AuditEvent.Type.SIGNUP_TOKEN_CREATED)
            .with("name", name)
            .with("expires", expires.toString())
            .build());
    return new Addition.Invited(name, token, expires);
  }

  /**
   * The user of this name whom a provider has just named, made at the first login, with the roles
   * of this login. One without a role is not made, and one who has lost the last role keeps none.
   *
   * @return empty when the name is a local user's or another person's (security rule 34)
   */
  Optional<UserRecord> admit(SsoIdentity identity, String name, List<String> roleNames) {
    var fresh =
        new UserRecord(
            name,
            roleNames,
            newHandle(),
            "",
            List.of(),
            clock.instant(),
            List.of(),
            identity,
            null);
    if (stored(name).isEmpty()) {
      if (roleNames.isEmpty()) {
        return Optional.of(fresh);
      }
      if (backend.create(PREFIX + name, WireJson.write(fresh), null).isPresent()) {
        audit.emit(
            AuditEvent.of(AuditEvent.Type.USER_CREATED)
                .with("name", name)
                .with("roles", roleNames)
                .with("connector", identity.connector())
                .build());
        return Optional.of(fresh);
      }
    }
    boolean same =
        get(name).map(UserRecord::sso).filter(known -> known.isSamePerson(identity)).isPresent();
    if (!same) {
      return Optional.empty();
    }
    update(name, user -> user.isSso() ? user.withRoles(roleNames) : user);
    return get(name).filter(UserRecord::isSso);
  }

  private ByteString newHandle() {
    byte[] handle = new byte[USER_HANDLE_BYTES];
    random.nextBytes(handle);
    return ByteString.copyFrom(handle);
  }

  /** All users by name. */
  public List<UserRecord> list() {
    return Stored.all(backend, PREFIX, UserRecord.class).stream().map(Stored::value).toList();
  }

  /** The user of this name. */
  public Optional<UserRecord> get(String name) {
    return stored(name).map(Stored::value);
  }

  /** Removes a user and locks what certificates are still out. False when there is none. */
  public boolean remove(String name) {
    if (!UserRecord.isName(name) || !backend.delete(PREFIX + name)) {
      return false;
    }
    locks.putForRemoved(name);
    audit.emit(AuditEvent.of(AuditEvent.Type.USER_DELETED).with("name", name).build());
    return true;
  }

  Optional<Stored<UserRecord>> stored(String name) {
    return UserRecord.isName(name)
        ? Stored.get(backend, PREFIX + name, UserRecord.class)
        : Optional.empty();
  }

  /** Changes a user that is there, again when somebody else was quicker; false if it is gone. */
  boolean update(String name, UnaryOperator<UserRecord> change) {
    for (int i = 0; i < SWAP_TRIES_MAX; i++) {
      Optional<Stored<UserRecord>> present = stored(name);
      if (present.isEmpty()) {
        return false;
      }
      Stored<UserRecord> user = present.get();
      if (user.swap(backend, change.apply(user.value())).isPresent()) {
        return true;
      }
    }
    throw new IllegalStateException("user record changed too often to be updated");
  }

  Optional<Stored<Invite>> invitation(String token) {
    return Tokens.isToken(token)
        ? Stored.get(backend, INVITE_PREFIX + Tokens.hash(token), Invite.class)
        : Optional.empty();
  }

  /** Takes the invite away; of several callers one gets true. */
  boolean redeem(Stored<Invite> invite) {
    return backend.delete(invite.item().key(), invite.item().revision());
  }
}
