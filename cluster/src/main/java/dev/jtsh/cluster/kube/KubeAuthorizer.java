// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeAccess;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** Which Kubernetes users and groups a user may be in a kube cluster (wire §8.3, §8.4). */
public final class KubeAuthorizer {
  static final String AUTHENTICATED = "system:authenticated";
  private static final Duration SESSION = Duration.ofHours(1);

  private final AccessView access;

  /** Decides by these roles and clusters. */
  public KubeAuthorizer(AccessView access) {
    this.access = access;
  }

  /** What was decided. */
  public sealed interface Decision {}

  /**
   * The user may be any one of {@code users} with any of {@code groups}.
   *
   * @param users at least one
   * @param groups always holds {@code system:authenticated}
   * @param labels of the kube cluster
   */
  public record Allowed(
      SortedSet<String> users, SortedSet<String> groups, Map<String, String> labels)
      implements Decision {}

  /** The user may not; what to tell. */
  public record Refused(KubeStatus status) implements Decision {}

  /** Decides. May read from storage: not for an event loop. */
  public Decision decide(UserIdentity user, Instant notAfter, String kubeCluster, Instant now) {
    KubeClusterRecord cluster = access.kubeCluster(kubeCluster).orElse(null);
    if (cluster == null) {
      return new Refused(
          new KubeStatus(
              404,
              "NotFound",
              SafeText.format("cluster \"{}\" not found", SafeText.of(kubeCluster))));
    }
    List<Role> roles = access.roles(user.roles());
    List<Role> granting = KubeAccess.granting(roles, cluster);
    boolean mfaMissing =
        granting.stream().anyMatch(Role::requireSessionMfa) && user.mfaVerified().isEmpty();
    if (granting.isEmpty() || mfaMissing) {
      return new Refused( // The one is masked as the other: the wire has no word for MFA here.
          KubeStatus.forbidden(
              SafeText.format("kubernetes cluster \"{}\" not found", SafeText.of(kubeCluster))));
    }
    Duration left = Duration.between(now, notAfter);
    Duration session = left.compareTo(SESSION) < 0 ? left : SESSION;
    List<Role> counted =
        granting.stream().filter(role -> session.compareTo(role.maxSessionTtl()) <= 0).toList();
    SortedSet<String> users =
        allowed(counted, roles, user, Role::kubernetesUsers, Role::denyKubernetesUsers);
    SortedSet<String> groups =
        allowed(counted, roles, user, Role::kubernetesGroups, Role::denyKubernetesGroups);
    if (users.isEmpty() && groups.isEmpty()) {
      return new Refused(
          new KubeStatus(
              404,
              "NotFound",
              SafeText.literal(
                  "Your user's Teleport role does not allow Kubernetes access. Please ask cluster"
                      + " administrator to ensure your role has appropriate kubernetes_groups and"
                      + " kubernetes_users set.")));
    }
    if (users.isEmpty()) {
      users.add(user.username());
    }
    groups.add(AUTHENTICATED);
    return new Allowed(users, groups, cluster.labels());
  }

  private static SortedSet<String> allowed(
      Collection<Role> counted,
      Collection<Role> all,
      UserIdentity user,
      Function<Role, List<String>> allow,
      Function<Role, List<String>> deny) {
    SortedSet<String> result = new TreeSet<>();
    counted.forEach(role -> result.addAll(TraitTemplate.expand(allow.apply(role), user.traits())));
    all.forEach(role -> result.removeAll(TraitTemplate.expand(deny.apply(role), user.traits())));
    result.remove("");
    return result;
  }
}
