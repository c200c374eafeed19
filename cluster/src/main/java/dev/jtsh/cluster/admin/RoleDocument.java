// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.protocol.time.GoDuration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A role as operators write and read it: the same keys as a Teleport role of version 7.
 *
 * @param kind always {@code role}
 * @param version always {@code v7}
 * @param metadata its name
 * @param spec what it allows
 */
public record RoleDocument(String kind, String version, Metadata metadata, Spec spec) {
  /** The only kind. */
  public static final String KIND = "role";

  /** The only version. */
  public static final String VERSION = "v7";

  /**
   * Its name.
   *
   * @param name unique
   */
  public record Metadata(String name) {}

  /**
   * What it allows.
   *
   * @param options rules of sessions
   * @param allow what is allowed
   * @param deny what is not, whatever other roles allow
   */
  public record Spec(Options options, Conditions allow, Conditions deny) {}

  /**
   * Rules of sessions.
   *
   * @param maxSessionTtl such as {@code 8h0m0s}
   * @param mfaVerificationInterval how long new requests are served after an approval, such as
   *     {@code 1h0m0s}; {@code 0s} for the whole session
   * @param disconnectExpiredCert open connections are cut at the certificate's end
   * @param pinSourceIp certificates work only from the address they were asked from
   * @param requireSessionMfa every Kubernetes session needs an MFA-verified certificate
   */
  public record Options(
      String maxSessionTtl,
      String mfaVerificationInterval,
      boolean disconnectExpiredCert,
      boolean pinSourceIp,
      boolean requireSessionMfa) {}

  /**
   * Kubernetes identities and the clusters they are for.
   *
   * @param kubernetesUsers users that may be impersonated
   * @param kubernetesGroups groups that may be impersonated
   * @param kubernetesLabels selector of kube clusters
   * @param logins operating-system logins; only where allowed
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Conditions(
      @Nullable List<String> kubernetesUsers,
      @Nullable List<String> kubernetesGroups,
      @Nullable Map<String, List<String>> kubernetesLabels,
      @Nullable List<String> logins) {}

  /** The document of a role. */
  public static RoleDocument of(Role role) {
    return new RoleDocument(
        KIND,
        VERSION,
        new Metadata(role.name()),
        new Spec(
            new Options(
                GoDuration.format(role.maxSessionTtl()),
                GoDuration.format(role.mfaVerificationInterval()),
                role.disconnectExpiredCert(),
                role.pinSourceIp(),
                role.requireSessionMfa()),
            new Conditions(
                role.kubernetesUsers(),
                role.kubernetesGroups(),
                role.kubernetesLabels(),
                role.logins()),
            new Conditions(
                role.denyKubernetesUsers(),
                role.denyKubernetesGroups(),
                role.denyKubernetesLabels(),
                null)));
  }

  /**
   * The role.
   *
   * @throws IllegalArgumentException if a value is out of its bounds
   */
  public Role toRole() {
    return new Role(
        metadata.name(),
        list(spec.allow().kubernetesUsers()),
        list(spec.allow().kubernetesGroups()),
        map(spec.allow().kubernetesLabels()),
        GoDuration.parse(spec.options().maxSessionTtl()),
        GoDuration.parse(spec.options().mfaVerificationInterval()),
        list(spec.allow().logins()),
        spec.options().disconnectExpiredCert(),
        spec.options().pinSourceIp(),
        spec.options().requireSessionMfa(),
        list(spec.deny().kubernetesUsers()),
        list(spec.deny().kubernetesGroups()),
        map(spec.deny().kubernetesLabels()));
  }

  private static List<String> list(@Nullable List<String> value) {
    return value == null ? List.of() : value;
  }

  private static Map<String, List<String>> map(@Nullable Map<String, List<String>> value) {
    return value == null ? Map.of() : value;
  }
}
