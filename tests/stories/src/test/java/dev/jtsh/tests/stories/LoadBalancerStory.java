// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.IdleCuttingBalancer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Between the person and the cluster stands a load balancer that cuts silent connections. */
@ExtendWith(StoryWorld.Visit.class)
final class LoadBalancerStory {
  private static final Duration IDLE_MAX = Duration.ofSeconds(20);

  private final StoryWorld world;

  LoadBalancerStory(StoryWorld world) {
    this.world = world;
  }

  /** One who waits for an approval and one who leaves kubectl alone, both longer than allowed. */
  @Test
  void neitherALongWaitNorAPauseInTheShellIsBrokenByIt() {
    Map<String, String> environment = world.environment("/bin/bash");
    try (IdleCuttingBalancer balancer =
        IdleCuttingBalancer.start(world.cluster().proxy(), IDLE_MAX)) {
      SessionCommand command = world.command().via(balancer.address());
      try (HeadlessShell idle = HeadlessShell.ask(world, command, environment);
          HeadlessShell waiting = HeadlessShell.ask(world, command, environment)) {
        idle.approve();
        idle.awaitPrompt();
        idle.type("kubectl get namespaces", "kube-system");

        waiting.terminal().expect("asking again with the same link", IDLE_MAX.multipliedBy(2));
        waiting.approve();
        waiting.awaitPrompt();
        waiting.type("kubectl get namespaces", "kube-system");
        String told = waiting.terminal().plainTranscript();
        assertThat(told).containsOnlyOnce("https://" + balancer.address() + "/web/headless/");
        assertThat(told).doesNotContain("ERROR");

        idle.type("kubectl get namespaces --output=name", "namespace/kube-system");
        assertThat(balancer.cuts()).as("connections cut").isPositive();
        assertThat(waiting.exit(0)).isZero();
        assertThat(idle.exit(0)).isZero();
      }
    }
  }
}
