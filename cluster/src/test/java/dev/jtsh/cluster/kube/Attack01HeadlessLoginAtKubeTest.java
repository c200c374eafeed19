// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.UserIdentity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attack 1: the one-minute headless login certificate goes straight to the kube endpoint. */
class Attack01HeadlessLoginAtKubeTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private final HeldKey key = HeldKey.generate(KeyKind.P256);
  private final CertificateAuthority authority =
      CertificateAuthority.create(
          "root", key, NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(1)));
  private static final AccessView NO_LOCKS =
      new AccessView() {
        @Override
        public Optional<Role> role(String name) {
          return Optional.empty();
        }

        @Override
        public List<Lock> locks() {
          return List.of();
        }

        @Override
        public List<KubeClusterRecord> kubeClusters() {
          return List.of();
        }
      };

  private final UserCheck check = new UserCheck("root", NO_LOCKS);

  @AfterEach
  void close() {
    key.close();
  }

  @Test
  void headlessLoginIsRefusedAndTheKubeCertificateOfItsGrantIsNot() {
    UserIdentity login =
        UserIdentity.builder("alice")
            .roles(List.of("dev"))
            .teleportCluster("root")
            .routeToCluster("root")
            .kubernetesCluster("c1")
            .headlessRequestId("cb483ac7-2386-5991-9b89-9373500afe25")
            .build();
    UserIdentity kube = login.toBuilder().usage(List.of(UserIdentity.USAGE_KUBE)).build();

    assertThat(check.refusal(certificate(login), login, null, NOW)).isPresent();
    assertThat(check.refusal(certificate(kube), kube, null, NOW)).isEmpty();
  }

  private X509Certificate certificate(UserIdentity identity) {
    return authority.issueUser(
        identity, key.publicKey(), NOW.minusSeconds(60), NOW.plusSeconds(60));
  }
}
