// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.testing.FakeKubernetes;
import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.LeakCheck;
import dev.jtsh.cluster.testing.TestAuthorities;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Security rule 29: where an API server has only HTTP/1.1, no connection carries two users. */
@ExtendWith(LeakCheck.class)
class KubernetesWithoutHttp2IT {
  @Test
  void everyRequestGetsAConnectionOfItsOwn() throws Exception {
    try (KubePath path = new KubePath("http/1.1")) {
      path.get(path.dev(), "/api/v1/pods");
      path.kubernetes.seen.clear();
      int before = path.kubernetes.connections.get();
      var bob = path.user(TestAuthorities.kubeUser("bob", "kube1", "dev"));
      for (int i = 0; i < 4; i++) {
        assertThat(path.get(i % 2 == 0 ? bob : path.dev(), "/api/v1/pods/" + i))
            .startsWith("HTTP/1.1 200")
            .endsWith("/api/v1/pods/" + i);
        FakeKubernetes.Seen seen = path.kubernetes.seen.poll(10, TimeUnit.SECONDS);
        assertThat(seen.http2()).isFalse();
        assertThat(seen.values("Impersonate-User")).containsExactly("kube-dev");
      }
      assertThat(path.kubernetes.connections.get()).isEqualTo(before + 4);
      assertThat(path.get(path.dev(), "/api/v1/pods/big")).hasSizeGreaterThan(8 << 20);
    }
  }
}
