// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.access;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A named set of permissions. Deny lists win over allow lists of any role a user holds.
 *
 * @param name the role's name; never a builtin role's (see {@link #BUILTIN_NAMES})
 * @param kubernetesUsers Kubernetes users that may be impersonated
 * @param kubernetesGroups Kubernetes groups that may be impersonated
 * @param kubernetesLabels label selector of the Kubernetes clusters the role reaches: every key
 *     must match, {@code *} alone as key and value means all; empty means none
 * @param maxSessionTtl longest life of any certificate; at most {@link #LONGEST_SESSION}
 * @param mfaVerificationInterval how long a certificate for Kubernetes serves new requests after
 *     the person proved to be there; zero for as long as the session
 * @param logins OS logins, written into certificates as principals
 * @param disconnectExpiredCert open connections are cut at the certificate's end
 * @param pinSourceIp certificates work only from the address they were asked from
 * @param requireSessionMfa every Kubernetes session needs an MFA-verified certificate
 * @param denyKubernetesUsers taken out of what all roles allow
 * @param denyKubernetesGroups taken out of what all roles allow
 * @param denyKubernetesLabels clusters whose labels match are refused whatever other roles say
 */
public record Role(
    String name,
    List<String> kubernetesUsers,
    List<String> kubernetesGroups,
    Map<String, List<String>> kubernetesLabels,
    Duration maxSessionTtl,
    Duration mfaVerificationInterval,
    List<String> logins,
    boolean disconnectExpiredCert,
    boolean pinSourceIp,
    boolean requireSessionMfa,
    List<String> denyKubernetesUsers,
    List<String> denyKubernetesGroups,
    Map<String, List<String>> denyKubernetesLabels) {

  /** Longest life of a user certificate (teleport-wire §0.4). */
  public static final Duration LONGEST_SESSION = Duration.ofHours(30);

  private static final Duration SHORTEST_INTERVAL = Duration.ofMinutes(1);

  /** Matches every label and every value. */
  public static final String WILDCARD = "*";

  /**
   * Names of roles that only host certificates may hold (security rule 8). A user role with such a
   * name would make "O contains Proxy" a way in, so none can be made.
   */
  public static final Set<String> BUILTIN_NAMES =
      Set.of(
          "admin",
          "app",
          "auth",
          "bot",
          "db",
          "discovery",
          "instance",
          "kube",
          "node",
          "nop",
          "okta",
          "provisiontoken",
          "proxy",
          "remoteproxy",
          "signup",
          "trusted_cluster",
          "trustedcluster",
          "windowsdesktop");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** Checks the name and the session bound, and copies the collections. */
  public Role {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "a role name is 1 to 128 letters, digits, '.', '_' or '-', and begins with no sign");
    }
    if (isBuiltin(name)) {
      throw new IllegalArgumentException(
          "role name \"%s\" is reserved for hosts of the cluster".formatted(name));
    }
    if (maxSessionTtl.isNegative()
        || maxSessionTtl.isZero()
        || maxSessionTtl.compareTo(LONGEST_SESSION) > 0) {
      throw new IllegalArgumentException(
          "max_session_ttl of role \"%s\" must be more than zero and at most 30h".formatted(name));
    }
    if (mfaVerificationInterval.isNegative()
        || mfaVerificationInterval.compareTo(LONGEST_SESSION) > 0
        || (!mfaVerificationInterval.isZero()
            && mfaVerificationInterval.compareTo(SHORTEST_INTERVAL) < 0)) {
      throw new IllegalArgumentException(
          "mfa_verification_interval of role \"%s\" must be between 1m and 30h".formatted(name));
    }
    kubernetesUsers = List.copyOf(kubernetesUsers);
    kubernetesGroups = List.copyOf(kubernetesGroups);
    kubernetesLabels = Map.copyOf(kubernetesLabels);
    logins = List.copyOf(logins);
    denyKubernetesUsers = List.copyOf(denyKubernetesUsers);
    denyKubernetesGroups = List.copyOf(denyKubernetesGroups);
    denyKubernetesLabels = Map.copyOf(denyKubernetesLabels);
  }

  /** Whether a role may have this name, as far as its letters go. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Whether only a host may hold a role of this name; letter case does not matter. */
  public static boolean isBuiltin(String name) {
    return BUILTIN_NAMES.contains(name.toLowerCase(java.util.Locale.ROOT));
  }

  /** A role that allows nothing yet, with the longest session: the start for {@code with...}. */
  public static Role named(String name) {
    return new Role(
        name,
        List.of(),
        List.of(),
        Map.of(),
        LONGEST_SESSION,
        Duration.ZERO,
        List.of(),
        false,
        false,
        false,
        List.of(),
        List.of(),
        Map.of());
  }

  /** This role with Kubernetes users, groups and the clusters they are for. */
  public Role withKubernetes(
      List<String> users, List<String> groups, Map<String, List<String>> labels) {
    return new Role(
        name,
        users,
        groups,
        labels,
        maxSessionTtl,
        mfaVerificationInterval,
        logins,
        disconnectExpiredCert,
        pinSourceIp,
        requireSessionMfa,
        denyKubernetesUsers,
        denyKubernetesGroups,
        denyKubernetesLabels);
  }

  /** This role with another longest session. */
  public Role withMaxSessionTtl(Duration ttl) {
    return new Role(
        name,
        kubernetesUsers,
        kubernetesGroups,
        kubernetesLabels,
        ttl,
        mfaVerificationInterval,
        logins,
        disconnectExpiredCert,
        pinSourceIp,
        requireSessionMfa,
        denyKubernetesUsers,
        denyKubernetesGroups,
        denyKubernetesLabels);
  }

  /** This role with an interval after which new requests need the person again. */
  public Role withMfaVerificationInterval(Duration interval) {
    return new Role(
        name,
        kubernetesUsers,
        kubernetesGroups,
        kubernetesLabels,
        maxSessionTtl,
        interval,
        logins,
        disconnectExpiredCert,
        pinSourceIp,
        requireSessionMfa,
        denyKubernetesUsers,
        denyKubernetesGroups,
        denyKubernetesLabels);
  }

  /** This role with the switches of a session. */
  public Role withSessionRules(
      boolean disconnectExpired, boolean pinIp, boolean sessionMfaRequired) {
    return new Role(
        name,
        kubernetesUsers,
        kubernetesGroups,
        kubernetesLabels,
        maxSessionTtl,
        mfaVerificationInterval,
        logins,
        disconnectExpired,
        pinIp,
        sessionMfaRequired,
        denyKubernetesUsers,
        denyKubernetesGroups,
        denyKubernetesLabels);
  }

  /** Whether the allow side of this role reaches a cluster with these labels. */
  public boolean allowsCluster(KubeClusterRecord cluster) {
    return matches(kubernetesLabels, cluster.labels());
  }

  /** Whether the deny side of this role refuses a cluster with these labels. */
  public boolean deniesCluster(KubeClusterRecord cluster) {
    return matches(denyKubernetesLabels, cluster.labels());
  }

  private static boolean matches(Map<String, List<String>> selector, Map<String, String> labels) {
    if (selector.isEmpty()) {
      return false; // An empty selector reaches nothing; Teleport reads it the same way.
    }
    for (Map.Entry<String, List<String>> wanted : selector.entrySet()) {
      if (wanted.getKey().equals(WILDCARD)) {
        if (!wanted.getValue().equals(List.of(WILDCARD))) {
          return false; // "*" as a key has a meaning only with "*" as its value.
        }
        continue;
      }
      String value = labels.get(wanted.getKey());
      if (value == null || wanted.getValue().stream().noneMatch(v -> valueMatches(v, value))) {
        return false;
      }
    }
    return true;
  }

  private static boolean valueMatches(String pattern, String value) {
    return pattern.equals(WILDCARD) || pattern.equals(value);
  }
}
