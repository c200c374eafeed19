// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The locks of the cluster, for its operator. */
public final class Locks {
  static final String PREFIX = "locks/";
  private static final int MESSAGE_CHARS_MAX = 200;
  private static final int NAME_CHARS_MAX = 253;

  private final Backend backend;
  private final AccessCache cache;
  private final AuditLog audit;
  private final InstantSource clock;

  Locks(Backend backend, AccessCache cache, AuditLog audit, InstantSource clock) {
    this.backend = backend;
    this.cache = cache;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * Locks.
   *
   * @param expires when the lock ends; null for not by itself
   * @throws WireException of kind BAD_PARAMETER for a name or message that is none
   */
  public Lock put(Lock.Kind kind, String name, String message, @Nullable Instant expires) {
    return put(kind, name, message, expires, false);
  }

  /** Ends what a user who was removed still has; one of the same name may be added afterwards. */
  void putForRemoved(String user) {
    Instant end = clock.instant().plus(Role.LONGEST_SESSION);
    put(Lock.Kind.USER, user, "the user was removed", end, true);
  }

  /**
   * Ends what a user still has who got new secrets by an invite or a recovery code. It begins a
   * moment before this second: certificates know whole seconds only, and the user logs in at once.
   */
  void putForNewSecrets(String user) {
    Instant now = clock.instant();
    put(
        Lock.Kind.USER,
        user,
        "the user has a new password or key",
        now.truncatedTo(ChronoUnit.SECONDS).minusMillis(1),
        now.plus(Role.LONGEST_SESSION),
        true);
  }

  private Lock put(
      Lock.Kind kind, String name, String message, @Nullable Instant expires, boolean onlyOlder) {
    return put(kind, name, message, clock.instant(), expires, onlyOlder);
  }

  private Lock put(
      Lock.Kind kind,
      String name,
      String message,
      Instant from,
      @Nullable Instant expires,
      boolean onlyOlder) {
    if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "say whom or what to lock");
    }
    if (message.length() > MESSAGE_CHARS_MAX) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "a lock's message is at most 200 long");
    }
    String id = UUID.randomUUID().toString();
    Lock lock = new Lock(id, kind, name, message, from, expires, onlyOlder);
    backend.put(PREFIX + id, WireJson.write(lock), expires);
    cache.reload(PREFIX + id);
    audit.emit(event(AuditEvent.Type.LOCK_CREATED, lock));
    return lock;
  }

  /** The locks in force. */
  public List<Lock> list() {
    return cache.locks();
  }

  /** Takes a lock away; false when there is none of this id. */
  public boolean remove(String id) {
    if (!id.matches("[0-9a-f-]{36}")) {
      return false;
    }
    var stored = Stored.get(backend, PREFIX + id, Lock.class);
    if (stored.isEmpty() || !backend.delete(PREFIX + id)) {
      return false;
    }
    cache.reload(PREFIX + id);
    audit.emit(event(AuditEvent.Type.LOCK_DELETED, stored.get().value()));
    return true;
  }

  /**
   * Refuses a user who is locked out.
   *
   * @param issued when the user's certificate was issued; now for one that is about to be
   * @throws WireException of kind ACCESS_DENIED
   */
  void check(UserIdentity user, Instant issued) {
    cache
        .lockOn(user, issued, clock.instant())
        .ifPresent(lock -> {
          throw new WireException(ErrorKind.ACCESS_DENIED, lock.refusal());
        });
  }

  private static AuditEvent event(AuditEvent.Type type, Lock lock) {
    return AuditEvent.of(type)
        .with("name", lock.id())
        .with("target", lock.kind().option() + ":" + lock.name())
        .with("message", lock.message())
        .with("expires", lock.expires() == null ? "" : lock.expires().toString())
        .build();
  }
}
