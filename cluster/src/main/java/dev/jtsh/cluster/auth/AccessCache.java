// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.access.AccessSnapshotJson;
import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.cluster.storage.Item;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Roles and live Kubernetes clusters in memory, fed by watches of the storage: reading never
 * blocks.
 */
final class AccessCache implements AccessView, AutoCloseable {
  private final Backend backend;
  private final InstantSource clock;
  private final Map<String, Role> roles = new ConcurrentHashMap<>();
  private final Map<String, KubeServer> servers = new ConcurrentHashMap<>();
  private final Map<String, Lock> locks = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<Backend.Watch> watches;

  AccessCache(Backend backend, InstantSource clock) {
    this.backend = backend;
    this.clock = clock;
    this.watches =
        List.of(
            backend.watch(Roles.PREFIX, change -> reload(change.key())),
            backend.watch(Locks.PREFIX, change -> reload(change.key())),
            backend.watch(KubePresence.PREFIX, change -> reload(change.key())));
    Stored.all(backend, Locks.PREFIX, Lock.class).forEach(stored -> reload(stored.item().key()));
    Stored.all(backend, Roles.PREFIX, Role.class).forEach(stored -> reload(stored.item().key()));
    Stored.all(backend, KubePresence.PREFIX, KubeServer.class)
        .forEach(stored -> reload(stored.item().key()));
  }

  @Override
  public Optional<Role> role(String name) {
    return Optional.ofNullable(roles.get(Roles.PREFIX + name));
  }

  @Override
  public List<KubeClusterRecord> kubeClusters() {
    Instant now = clock.instant();
    return servers.values().stream()
        .filter(server -> server.expires().isAfter(now))
        .sorted(Comparator.comparing(KubeServer::name).thenComparing(KubeServer::hostId))
        .collect(
            java.util.stream.Collectors.toMap(
                KubeServer::name,
                server -> new KubeClusterRecord(server.name(), server.labels()),
                (first, second) -> first,
                java.util.TreeMap::new))
        .values()
        .stream()
        .toList();
  }

  @Override
  public List<Lock> locks() {
    Instant now = clock.instant();
    return locks.values().stream()
        .filter(lock -> lock.expires() == null || now.isBefore(lock.expires()))
        .sorted(Comparator.comparing(Lock::created).thenComparing(Lock::id))
        .toList();
  }

  /** Everything an agent decides by, as of now. */
  AccessSnapshotJson snapshot() {
    return new AccessSnapshotJson(List.copyOf(roles.values()), kubeClusters(), locks());
  }

  /** Tells of each change after it until closed; the listener must be quick. */
  AutoCloseable onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** The agents that serve Kubernetes clusters now, by cluster and host. */
  List<KubeServer> servers() {
    Instant now = clock.instant();
    return servers.values().stream()
        .filter(server -> server.expires().isAfter(now))
        .sorted(Comparator.comparing(KubeServer::name).thenComparing(KubeServer::hostId))
        .toList();
  }

  /** Reads one key again; whoever changed it in this process calls this to see its own change. */
  synchronized void reload(String key) {
    Optional<Item> item = backend.get(key);
    if (key.startsWith(Roles.PREFIX)) {
      item.ifPresentOrElse(
          i -> roles.put(key, Stored.of(i, Role.class).value()), () -> roles.remove(key));
    } else if (key.startsWith(Locks.PREFIX)) {
      item.ifPresentOrElse(
          i -> locks.put(key, Stored.of(i, Lock.class).value()), () -> locks.remove(key));
    } else {
      item.ifPresentOrElse(
          i -> servers.put(key, Stored.of(i, KubeServer.class).value()), () -> servers.remove(key));
    }
    listeners.forEach(Runnable::run);
  }

  @Override
  public void close() {
    watches.forEach(Backend.Watch::close);
  }
}
