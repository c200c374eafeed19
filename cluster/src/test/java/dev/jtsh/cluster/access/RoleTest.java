// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoleTest {
  private static final KubeClusterRecord PROD =
      new KubeClusterRecord("prod", Map.of("env", "prod", "team", "a"));

  @Test
  void roleWithoutLabelsReachesNoCluster() {
    assertThat(Role.named("dev").allowsCluster(PROD)).isFalse();
  }

  @Test
  void everyLabelKeyMustMatch() {
    assertThat(selecting(Map.of("env", List.of("prod", "test"))).allowsCluster(PROD)).isTrue();
    assertThat(selecting(Map.of("env", List.of("test"))).allowsCluster(PROD)).isFalse();
    assertThat(selecting(Map.of("env", List.of("prod"), "team", List.of("b"))).allowsCluster(PROD))
        .isFalse();
    assertThat(selecting(Map.of("*", List.of("*"))).allowsCluster(PROD)).isTrue();
    assertThat(selecting(Map.of("*", List.of("prod"))).allowsCluster(PROD)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Proxy", "kube", "ADMIN", "Auth", "Instance", "Node"})
  void attack08UserRoleCannotBeNamedLikeABuiltinRole(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> Role.named(name));
  }

  @Test
  void sessionLongerThanThirtyHoursIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Role.named("dev").withMaxSessionTtl(Duration.ofHours(31)));
  }

  @Test
  void denyOfOneRoleWinsOverAllowOfAnother() {
    Role allow =
        Role.named("dev").withKubernetes(List.of(), List.of("a", "b"), Map.of("*", List.of("*")));
    Role deny =
        new Role(
            "deny",
            List.of(),
            List.of(),
            Map.of(),
            Duration.ofHours(1),
            Duration.ZERO,
            List.of(),
            false,
            false,
            false,
            List.of(),
            List.of("b"),
            Map.of("env", List.of("prod")));

    assertThat(KubeAccess.groups(List.of(allow), List.of(allow, deny))).containsExactly("a");
    assertThat(KubeAccess.reaches(List.of(allow, deny), PROD)).isFalse();
    assertThat(KubeAccess.shortestSession(List.of(allow, deny))).isEqualTo(Duration.ofHours(1));
  }

  private static Role selecting(Map<String, List<String>> labels) {
    return Role.named("dev").withKubernetes(List.of(), List.of(), labels);
  }
}
