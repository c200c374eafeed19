// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.jtsh.client.Profile;
import dev.jtsh.pki.UserIdentity;
import java.util.List;
import java.util.Optional;

/**
 * {@code jtsh status --format json}, with tsh's keys (teleport-wire §10.3).
 *
 * @param active the login used now
 * @param profiles the others
 */
record StatusDocument(
    @JsonProperty("active") Login active, @JsonProperty("profiles") List<Login> profiles) {

  /** One login. */
  record Login(
      @JsonProperty("profile_url") String profileUrl,
      @JsonProperty("username") String username,
      @JsonProperty("cluster") String cluster,
      @JsonProperty("roles") List<String> roles,
      @JsonProperty("logins") List<String> logins,
      @JsonProperty("kubernetes_enabled") boolean kubernetesEnabled,
      @JsonProperty("kubernetes_users") List<String> kubernetesUsers,
      @JsonProperty("kubernetes_groups") List<String> kubernetesGroups,
      @JsonProperty("valid_until") String validUntil) {

    static Login of(Profile profile) {
      Optional<UserIdentity> identity = profile.identity();
      return new Login(
          "https://" + profile.proxy().hostPort(),
          profile.user(),
          profile.cluster(),
          identity.map(UserIdentity::roles).orElse(List.of()),
          identity.map(UserIdentity::principals).orElse(List.of()),
          !profile.kubeProxyAddress().isEmpty(),
          identity.map(UserIdentity::kubernetesUsers).orElse(List.of()),
          identity.map(UserIdentity::kubernetesGroups).orElse(List.of()),
          profile.validUntil().toString());
    }
  }

  static StatusDocument of(Profile active, List<Profile> others) {
    return new StatusDocument(Login.of(active), others.stream().map(Login::of).toList());
  }
}
