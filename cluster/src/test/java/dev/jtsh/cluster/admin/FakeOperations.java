// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A cluster in memory. */
public final class FakeOperations implements ClusterOperations {
  private static final Instant LATER = Instant.parse("2026-11-21T12:00:00Z");
  private final Map<String, Role> roles = new TreeMap<>();
  private final Map<String, List<String>> users = new TreeMap<>();
  private final List<Listing.Lock> locks = new ArrayList<>();
  private final List<Listing.Token> tokens = new ArrayList<>();

  @Override
  public StatusReport status() {
    return new StatusReport(
        "demo",
        "0.1.0",
        "127.0.0.1:3080",
        "localhost:3080",
        LATER,
        "our own",
        "sha256:" + "0".repeat(64),
        users.size(),
        roles.size(),
        List.of("prod"),
        List.of("keys lie beside the data"));
  }

  @Override
  public Invite addUser(String name, List<String> roleNames) {
    if (!roles.keySet().containsAll(roleNames)) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "unknown role");
    }
    if (users.putIfAbsent(name, roleNames) != null) {
      throw new WireException(ErrorKind.ALREADY_EXISTS, "user \"" + name + "\" exists already");
    }
    return inviteUser(name);
  }

  @Override
  public Invite inviteUser(String name) {
    return Invite.at("localhost:3080", name, "0123456789abcdef0123456789abcdef", LATER);
  }

  @Override
  public List<Listing.User> users() {
    return users.entrySet().stream()
        .map(user -> new Listing.User(user.getKey(), user.getValue(), List.of(), false))
        .toList();
  }

  @Override
  public void removeUser(String name) {
    if (users.remove(name) == null) {
      throw new WireException(ErrorKind.NOT_FOUND, "there is no user \"" + name + "\"");
    }
  }

  @Override
  public void putRole(Role role) {
    roles.put(role.name(), role);
  }

  @Override
  public List<Role> roles() {
    return List.copyOf(roles.values());
  }

  @Override
  public void removeRole(String name) {
    roles.remove(name);
  }

  @Override
  public Listing.Lock addLock(Lock.Kind kind, String name, String message, Duration ttl) {
    var lock = new Listing.Lock("l-1", kind.option() + ":" + name, message, LATER, "");
    locks.add(lock);
    return lock;
  }

  @Override
  public List<Listing.Lock> locks() {
    return List.copyOf(locks);
  }

  @Override
  public void removeLock(String id) {
    locks.removeIf(lock -> lock.id().equals(id));
  }

  @Override
  public JoinToken addKubeToken(List<String> kubeClusters, boolean second, Duration ttl) {
    tokens.add(new Listing.Token("abc", kubeClusters, LATER));
    return new JoinToken("t0ken", kubeClusters, LATER, "localhost:3080");
  }

  @Override
  public List<Listing.Token> tokens() {
    return List.copyOf(tokens);
  }

  @Override
  public void removeToken(String id) {
    throw new IllegalStateException("secret detail");
  }
}
