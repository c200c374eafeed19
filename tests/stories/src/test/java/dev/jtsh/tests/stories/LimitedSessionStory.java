// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.Kubectl;
import dev.jtsh.tests.kubernetes.ProgramResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session that was approved for one namespace, with the real kubectl of a cluster-admin. */
@ExtendWith(StoryWorld.Visit.class)
final class LimitedSessionStory {
  private final StoryWorld world;

  LimitedSessionStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void sessionOfOneNamespaceWorksThereAndNowhereElse() {
    HeadlessShell asking =
        HeadlessShell.ask(
            world,
            world.command().with("--namespace=limited-story"),
            world.environment("/bin/bash"));
    world.kubernetes().asAdmin().run("create", "namespace", "limited-story").orThrow();
    try (asking) {
      asking.approve();
      asking.awaitPrompt();
      Kubectl kubectl = asking.kubectl();
      kubectl.run("create", "configmap", "mine", "--from-literal=a=b").orThrow();
      assertThat(kubectl.run("get", "configmaps", "--output=name").orThrow().stdout())
          .contains("configmap/mine");
      kubectl.run("delete", "configmap", "mine").orThrow();
      kubectl.run("auth", "whoami").orThrow();
      kubectl.run("auth", "can-i", "get", "pods").orThrow();
      kubectl.run("api-resources").orThrow();
      kubectl.run("get", "namespace", "limited-story").orThrow();

      refused(kubectl.run("get", "secrets", "--namespace=kube-system"), "kube-system");
      refused(kubectl.run("get", "pods", "--all-namespaces"), "cluster scope");
      refused(kubectl.run("get", "nodes"), "cluster scope");
      refused(kubectl.run("get", "namespaces"), "cluster scope");
      refused(kubectl.run("delete", "namespace", "limited-story"), "limited-story");
      refused(kubectl.run("get", "--raw", "/metrics"), "/metrics");
    } finally {
      world.kubernetes().asAdmin().run("delete", "namespace", "limited-story", "--wait=false");
    }
  }

  private static void refused(ProgramResult result, String what) {
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.stderr())
        .contains("this session is limited to namespace \"limited-story\"", what);
  }
}
