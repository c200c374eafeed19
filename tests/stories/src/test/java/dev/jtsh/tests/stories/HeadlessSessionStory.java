// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.ProgramResult;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A person on a machine without a browser opens a session, approves it elsewhere, works with
 * kubectl, and leaves nothing behind.
 */
@ExtendWith(StoryWorld.Visit.class)
final class HeadlessSessionStory {
  private final StoryWorld world;

  HeadlessSessionStory(StoryWorld world) {
    this.world = world;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "dash", "fish"})
  void aPersonWorksWithKubectlInTheirOwnShell(String shell) throws IOException {
    byte[] ownKubeconfig = Files.readAllBytes(world.home().resolve(".kube/config"));
    try (HeadlessShell session = world.open("/usr/bin/" + shell)) {
      String told = session.terminal().plainTranscript();
      assertThat(told)
          .contains("Complete headless authentication in your local web browser:")
          .contains("https://" + world.cluster().proxy() + "/web/headless/" + session.id())
          .contains("or execute this command in your local terminal:")
          .containsPattern("Teleport Cluster Name +Kube Cluster Name")
          .containsPattern("story +c1")
          .contains("kubectl is set up to work with it.")
          .contains("\"kubectl get namespaces\"")
          .contains("simply use the \"exit\" command");

      session.type("kubectl get namespaces", "kube-system");
      session.type("printf 'file=%s.\\n' $KUBECONFIG", "file=/proc/self/fd/3.");
      session.type(
          "sh -c 'exec 3<&-; KUBECONFIG=$JTSH_KUBECONFIG kubectl get ns kube-public -o name'",
          "namespace/kube-public");
      session.type("/bin/sh -c 'kill -TERM $$'; printf 'still-%s\\n' here", "still-here");
      session.terminal().sendLine("exit 7");
      session.terminal().expect("Local proxy for Kubernetes is closed.", StoryWorld.SOON);
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(7);
    }
    assertThat(world.home().resolve(".kube/config")).hasBinaryContent(ownKubeconfig);
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() {
    assertThat(world.home().resolve(".tsh")).doesNotExist();
    ProgramResult status = world.jtsh("status");
    assertThat(status.exitCode()).isEqualTo(1);
    assertThat(status.stderr()).isEqualTo("ERROR: Not logged in.\n");
  }

  @Test
  void withoutShellInTheEnvironmentThatOfThePasswdEntryIsUsed() {
    Map<String, String> environment = new HashMap<>(world.environment(""));
    environment.remove("SHELL");
    try (HeadlessShell session = HeadlessShell.ask(world, environment, List.of())) {
      session.approve();
      session.awaitPrompt();
      session.type("kubectl get namespaces", "kube-system");
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void aShellThatCannotBeRunIsNamedAndAnotherUsed() {
    try (HeadlessShell session = world.open("/no/such/shell")) {
      assertThat(session.terminal().plainTranscript())
          .contains("SHELL is /no/such/shell, which cannot be run; using /bin/bash");
      session.type("kubectl get namespaces", "kube-system");
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void aCommandInsteadOfTheShellGivesItsOwnExitStatus() {
    List<String> command = List.of("--", "sh", "-c", "kubectl get namespaces; exit 9");
    try (HeadlessShell session = HeadlessShell.ask(world, world.environment("/bin/sh"), command)) {
      session.approve();
      session.terminal().expect("kube-system", StoryWorld.SOON);
      session.terminal().expect("Local proxy for Kubernetes is closed.", StoryWorld.SOON);
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(9);
    }
  }
}
