// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.access;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What several roles together allow; deny wins (teleport-wire §8.3). */
public final class KubeAccess {

  private KubeAccess() {}

  /** Whether these roles reach the cluster at all. */
  public static boolean reaches(Collection<Role> roles, KubeClusterRecord cluster) {
    return roles.stream().noneMatch(role -> role.deniesCluster(cluster))
        && roles.stream().anyMatch(role -> role.allowsCluster(cluster));
  }

  /** The roles that grant this cluster; empty when any role denies it. */
  public static List<Role> granting(Collection<Role> roles, KubeClusterRecord cluster) {
    if (roles.stream().anyMatch(role -> role.deniesCluster(cluster))) {
      return List.of();
    }
    return roles.stream().filter(role -> role.allowsCluster(cluster)).toList();
  }

  /** Kubernetes users allowed by {@code granting}, without what any of {@code all} denies. */
  public static SortedSet<String> users(Collection<Role> granting, Collection<Role> all) {
    SortedSet<String> users = new TreeSet<>();
    granting.forEach(role -> users.addAll(role.kubernetesUsers()));
    all.forEach(role -> users.removeAll(role.denyKubernetesUsers()));
    return users;
  }

  /** Kubernetes groups allowed by {@code granting}, without what any of {@code all} denies. */
  public static SortedSet<String> groups(Collection<Role> granting, Collection<Role> all) {
    SortedSet<String> groups = new TreeSet<>();
    granting.forEach(role -> groups.addAll(role.kubernetesGroups()));
    all.forEach(role -> groups.removeAll(role.denyKubernetesGroups()));
    return groups;
  }

  /**
   * The shortest {@code max_session_ttl} of the roles; {@link Role#LONGEST_SESSION} without any.
   */
  public static Duration shortestSession(Collection<Role> roles) {
    return roles.stream()
        .map(Role::maxSessionTtl)
        .min(Duration::compareTo)
        .orElse(Role.LONGEST_SESSION);
  }

  /**
   * The shortest {@code mfa_verification_interval} of the roles that have one, or that of the
   * cluster; {@link Role#LONGEST_SESSION} without any.
   *
   * @param ofCluster zero for none
   */
  public static Duration mfaVerificationInterval(Collection<Role> roles, Duration ofCluster) {
    return Stream.concat(roles.stream().map(Role::mfaVerificationInterval), Stream.of(ofCluster))
        .filter(interval -> !interval.isZero())
        .min(Duration::compareTo)
        .orElse(Role.LONGEST_SESSION);
  }
}
