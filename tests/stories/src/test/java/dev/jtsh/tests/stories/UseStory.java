// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A person switches cluster and namespace within a session; the kubeconfig stays sealed. */
@ExtendWith(StoryWorld.Visit.class)
final class UseStory {
  private final StoryWorld world;

  UseStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void useOpensAnInnerShellThereAndExitGoesBack() {
    Map<String, String> environment = world.environment("/bin/bash");
    String jtsh = world.program().toString();
    try (HeadlessShell session =
        HeadlessShell.ask(
            world, world.command().to(StoryWorld.KUBE, StoryWorld.DOWN), environment)) {
      session.approve();
      session.awaitPrompt();
      session.type(jtsh + " use", "* story-" + StoryWorld.KUBE);
      session.type(
          "kubectl config use-context story-" + StoryWorld.DOWN, "open /proc/self/fd/3.lock");

      session.type(jtsh + " use -n kube-public", "namespace kube-public. \"exit\" goes back.");
      session.awaitPrompt();
      session.type(
          "kubectl create configmap x --dry-run=server -o jsonpath='<{.metadata.namespace}>'",
          "<kube-public>");
      session.type(
          jtsh
              + " use "
              + StoryWorld.DOWN
              + " -- sh -c 'kubectl config current-context; exit 9'"
              + "; echo status=$?",
          "status=9");
      assertThat(session.terminal().plainTranscript()).contains("story-" + StoryWorld.DOWN);
      session.type(jtsh + " use " + StoryWorld.DOWN, "This shell uses story-" + StoryWorld.DOWN);
      session.awaitPrompt();
      session.type("echo at=$JTSH_CLUSTER; kubectl config current-context", "at=down");
      session.type("exit", StoryWorld.PROMPT);
      session.type("kubectl config current-context", "story-" + StoryWorld.KUBE);
      session.type("exit", StoryWorld.PROMPT);
      session.type(
          "echo at=$JTSH_CLUSTER$(kubectl config view --minify | grep -c kube-public)", "at=c10");
      session.type(jtsh + " use nowhere; echo status=$?", "status=77");
      session.type(jtsh + " use -n 'a b'; echo status=$?", "status=2");
      assertThat(session.exit(0)).isZero();
    }
  }
}
