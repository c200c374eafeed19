// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.Kubectl;
import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.support.TlsEndingBalancer;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Between the person and the cluster stands a load balancer that ends TLS and speaks HTTP/1.1. */
@ExtendWith(StoryWorld.Visit.class)
final class TlsEndingBalancerStory {
  private static final String POD = "balanced-pod";

  private final StoryWorld world;

  TlsEndingBalancerStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void sessionKubectlAndExecWorkThroughItWithoutASettingForIt() throws IOException {
    world.kubernetes().runPod(POD);
    try (TlsEndingBalancer balancer =
            TlsEndingBalancer.start(
                world.newDirectory("balancer"), world.cluster().proxy(), world.cluster().webCa());
        HeadlessShell session =
            HeadlessShell.ask(
                world,
                world.command().via(balancer.address()).trusting(balancer.trust()),
                world.environment("/bin/bash"))) {
      session.approve();
      session.awaitPrompt();
      session.type("kubectl get namespaces --output=name", "namespace/kube-system");
      Kubectl kubectl = session.kubectl();
      ProgramResult executed = kubectl.run("exec", POD, "--", "echo", "through", "both");
      assertThat(executed.stdout()).contains("through both");
      assertThat(session.exit(0)).isZero();
      // A connection of its own each: auth, kube over HTTP/2, exec over HTTP/1.1.
      assertThat(balancer.accessLog()).contains("GET /webapi/connectionupgrade HTTP/1.1\" 101");
    } finally {
      world.kubernetes().deletePod(POD);
    }
  }
}
