// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.kube.Impersonation.Wish;
import dev.jtsh.pki.Traits;
import dev.jtsh.pki.UserIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** From roles to Kubernetes identities, with the wire's own texts. */
class KubeAuthorizerTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Map<String, List<String>> ALL = Map.of("*", List.of("*"));
  private final Map<String, Role> roles = new HashMap<>();
  private final KubeAuthorizer authorizer =
      new KubeAuthorizer(
          new AccessView() {
            @Override
            public Optional<Role> role(String name) {
              return Optional.ofNullable(roles.get(name));
            }

            @Override
            public List<Lock> locks() {
              return List.of();
            }

            @Override
            public List<KubeClusterRecord> kubeClusters() {
              return List.of(new KubeClusterRecord("k", Map.of("env", "test")));
            }
          });

  private static UserIdentity.Builder alice(String... roleNames) {
    return UserIdentity.builder("alice").roles(List.of(roleNames));
  }

  private KubeAuthorizer.Decision decide(UserIdentity user) {
    return authorizer.decide(user, NOW.plus(Duration.ofHours(8)), "k", NOW);
  }

  private String refusal(UserIdentity user) {
    return ((KubeAuthorizer.Refused) decide(user)).status().code()
        + " "
        + ((KubeAuthorizer.Refused) decide(user)).status().message();
  }

  private KubeAuthorizer.Allowed allowed(UserIdentity user) {
    return (KubeAuthorizer.Allowed) decide(user);
  }

  @Test
  void usersAndGroupsOfAllMatchingRolesAreJoinedAndDenyWins() {
    roles.put("a", Role.named("a").withKubernetes(List.of("u1"), List.of("g1", "g2"), ALL));
    roles.put(
        "b",
        Role.named("b")
            .withKubernetes(List.of("u2"), List.of("g3"), Map.of("env", List.of("test"))));
    roles.put(
        "c",
        Role.named("c")
            .withKubernetes(List.of("u3"), List.of("g4"), Map.of("env", List.of("prod"))));
    assertThat(allowed(alice("a", "b", "c").build()).users()).containsExactly("u1", "u2");
    assertThat(allowed(alice("a", "b", "c").build()).groups())
        .containsExactly("g1", "g2", "g3", "system:authenticated");
  }

  @Test
  void withoutUsersTheTeleportUserIsTheKubernetesUser() {
    roles.put("a", Role.named("a").withKubernetes(List.of(), List.of("g"), ALL));
    assertThat(allowed(alice("a").build()).users()).containsExactly("alice");
  }

  @Test
  void traitsFillTemplatesButNeverMakeASystemGroup() {
    roles.put(
        "a",
        Role.named("a")
            .withKubernetes(
                List.of("{{internal.kubernetes_users}}"),
                List.of("{{external.teams}}", "team-{{external.teams}}", "{{external.no}}", "{{"),
                ALL));
    Traits traits =
        Traits.of(
            new TreeMap<>(
                Map.of(
                    "kubernetes_users", List.of("ku"),
                    "teams", List.of("blue", "system:masters", ""))));
    var allowed = allowed(alice("a").traits(traits).build());
    assertThat(allowed.users()).containsExactly("ku");
    assertThat(allowed.groups())
        .containsExactly("blue", "system:authenticated", "team-blue", "team-system:masters");
  }

  @Test
  void refusalsHaveTheWordsOfTheWire() {
    assertThat(refusal(alice("unknown").build()))
        .isEqualTo("403 kubernetes cluster \"k\" not found");
    roles.put("empty", Role.named("empty").withKubernetes(List.of(), List.of(), ALL));
    assertThat(refusal(alice("empty").build()))
        .startsWith("404 ")
        .contains("does not allow Kubernetes access");
    roles.put(
        "mfa",
        Role.named("mfa")
            .withKubernetes(List.of("u"), List.of(), ALL)
            .withSessionRules(false, false, true));
    assertThat(refusal(alice("mfa").build())).isEqualTo("403 kubernetes cluster \"k\" not found");
    assertThat(allowed(alice("mfa").mfaVerified("device").build()).users()).containsExactly("u");
    assertThat(
            ((KubeAuthorizer.Refused)
                    authorizer.decide(alice("mfa").build(), NOW.plusSeconds(60), "x", NOW))
                .status()
                .message()
                .toString())
        .isEqualTo("cluster \"x\" not found");
  }

  @Test
  void roleWithAShorterSessionThanTheRestOfTheCertificateIsNotCounted() {
    roles.put(
        "short",
        Role.named("short")
            .withKubernetes(List.of("u"), List.of(), ALL)
            .withMaxSessionTtl(Duration.ofMinutes(5)));
    assertThat(refusal(alice("short").build())).startsWith("404 ");
    var late = authorizer.decide(alice("short").build(), NOW.plusSeconds(240), "k", NOW);
    assertThat(late).isInstanceOf(KubeAuthorizer.Allowed.class);
  }

  private static String choice(KubeAuthorizer.Allowed allowed, Wish... wishes) {
    return switch (Impersonation.choose(allowed, List.of(wishes))) {
      case Impersonation.Chosen chosen ->
          chosen.impersonation().user() + " " + chosen.impersonation().groups();
      case Impersonation.Denied denied -> denied.status().code() + " " + denied.status().message();
    };
  }

  @Test
  void clientChoosesInsideWhatItMayBe() {
    roles.put("a", Role.named("a").withKubernetes(List.of("u1", "u2"), List.of("g1", "g2"), ALL));
    var allowed = allowed(alice("a").build());
    Wish u1 = new Wish("impersonate-user", "u1");
    assertThat(choice(allowed, u1)).isEqualTo("u1 [g1, g2, system:authenticated]");
    assertThat(choice(allowed, u1, new Wish("Impersonate-Group", "g2"))).isEqualTo("u1 [g2]");
    assertThat(choice(allowed, u1, new Wish("impersonate-group", "system:authenticated")))
        .isEqualTo("u1 [system:authenticated]");
    String denied = "403 impersonation request has been denied, ";
    assertThat(choice(allowed, new Wish("impersonate-user", "bob")))
        .isEqualTo(denied + "user header \"bob\" is not allowed in roles");
    assertThat(choice(allowed, u1, new Wish("impersonate-group", "nogroup")))
        .isEqualTo(denied + "group header \"nogroup\" value is not allowed in roles");
    assertThat(choice(allowed, u1, new Wish("impersonate-extra-foo", "x")))
        .isEqualTo(denied + "unsupported impersonation header \"Impersonate-Extra-Foo\"");
    assertThat(choice(allowed, u1, new Wish("impersonate-user", "u2")))
        .isEqualTo(denied + "invalid user header [u1 u2]");
    assertThat(choice(allowed, new Wish("impersonate-user", "")))
        .isEqualTo(
            "403 please select a user to impersonate, refusing to select a user due to several"
                + " kubernetes_users set up for this user");
  }
}
