// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.testing.KubePath;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Security rule 9: an agent serves what its certificate lists, and an attempt is remembered. */
class Attack09ForeignClusterNameIT {
  @Test
  void agentThatNamesAnotherClusterIsRefusedAndAudited() throws Exception {
    try (KubePath path = new KubePath("h2", "http/1.1");
        KubeAgent rogue =
            path.startAgent(
                path.authorities.agent("kube3"), path.proxy.address(), "kube3", "kube2")) {
      assertThat(rogue).isNotNull();
      String event = path.events.poll(10, TimeUnit.SECONDS);
      assertThat(event)
          .contains("jtsh.kube.name_refused", "\"kubernetes_cluster\":\"kube2\"", "host-kube");
      assertThat(path.proxy.liveKubeClusters()).containsExactly("kube1");
    }
  }
}
