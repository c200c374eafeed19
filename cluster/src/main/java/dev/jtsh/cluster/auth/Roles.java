// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.protocol.json.WireJson;
import java.util.List;
import java.util.Optional;

/** The roles of the cluster, for its operator. */
public final class Roles {
  static final String PREFIX = "roles/";

  private final Backend backend;
  private final AccessCache cache;
  private final AuditLog audit;

  Roles(Backend backend, AccessCache cache, AuditLog audit) {
    this.backend = backend;
    this.cache = cache;
    this.audit = audit;
  }

  /** What became of a wish to remove a role. */
  public sealed interface Removal {
    /** The role is gone. */
    record Removed() implements Removal {}

    /** There is no such role. */
    record Unknown() implements Removal {}

    /** The role is still held. */
    record InUse(List<String> users) implements Removal {}
  }

  /** Stores a role, over one of the same name. */
  public void put(Role role) {
    backend.put(PREFIX + role.name(), WireJson.write(role), null);
    cache.reload(PREFIX + role.name());
    audit.emit(AuditEvent.of(AuditEvent.Type.ROLE_CREATED).with("name", role.name()).build());
  }

  /** The role of this name, from the storage. */
  public Optional<Role> get(String name) {
    return name.isEmpty()
        ? Optional.empty()
        : Stored.get(backend, PREFIX + name, Role.class).map(Stored::value);
  }

  /** All roles by name. */
  public List<Role> list() {
    return Stored.all(backend, PREFIX, Role.class).stream().map(Stored::value).toList();
  }

  /** Removes a role nobody holds. */
  public Removal remove(String name) {
    List<String> holders =
        Stored.all(backend, Users.PREFIX, UserRecord.class).stream()
            .map(Stored::value)
            .filter(user -> user.roles().contains(name))
            .map(UserRecord::name)
            .toList();
    if (!holders.isEmpty()) {
      return new Removal.InUse(holders);
    }
    if (!backend.delete(PREFIX + name)) {
      return new Removal.Unknown();
    }
    cache.reload(PREFIX + name);
    audit.emit(AuditEvent.of(AuditEvent.Type.ROLE_DELETED).with("name", name).build());
    return new Removal.Removed();
  }
}
