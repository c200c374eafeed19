// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.agent;

import dev.jtsh.cluster.access.AccessSnapshotJson;
import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Roles, kube clusters and locks as auth last said. A view older than {@link #MAX_STALE} counts as
 * none, and so does none at all: then nobody is allowed anything (security rule 21).
 */
public final class RemoteAccess implements AccessView {
  /** How long an agent that lost auth goes on by what it knows. */
  static final Duration MAX_STALE = Duration.ofHours(1);

  private record View(AccessSnapshotJson snapshot, Instant at) {}

  private final InstantSource clock;
  private volatile @Nullable View view;

  /** Knows nothing yet. */
  public RemoteAccess(InstantSource clock) {
    this.clock = clock;
  }

  /** Takes what auth says now. */
  public void take(AccessSnapshotJson snapshot) {
    view = new View(snapshot, clock.instant());
  }

  private Optional<AccessSnapshotJson> current() {
    View now = view;
    return now == null || clock.instant().isAfter(now.at().plus(MAX_STALE))
        ? Optional.empty()
        : Optional.of(now.snapshot());
  }

  @Override
  public Optional<Role> role(String name) {
    return current().stream()
        .flatMap(snapshot -> snapshot.roles().stream())
        .filter(role -> role.name().equals(name))
        .findFirst();
  }

  @Override
  public List<Lock> locks() {
    return current().map(AccessSnapshotJson::locks).orElse(List.of());
  }

  @Override
  public List<KubeClusterRecord> kubeClusters() {
    return current().map(AccessSnapshotJson::kubeClusters).orElse(List.of());
  }
}
