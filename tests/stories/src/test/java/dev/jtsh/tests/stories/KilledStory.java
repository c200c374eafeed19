// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** However jtsh ends, the shell ends with it, and nothing of the session can be used. */
@ExtendWith(StoryWorld.Visit.class)
final class KilledStory {
  private final StoryWorld world;

  KilledStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void kill9EndsTheShellTheKubeconfigAndThePort() throws Exception {
    try (HeadlessShell session = world.open("/bin/bash")) {
      ProcessHandle shell = session.shell();
      Path kubeconfig = session.kubeconfig();
      assertThat(kubeconfig).content().contains("client-key-data");

      session.program().destroyForcibly();

      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(137);
      shell.onExit().get(StoryWorld.SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(kubeconfig).doesNotExist();
      assertClosed(session.port());
    }
  }

  @Test
  void sigtermEndsTheShellAndLeavesTheTerminalAsItWas() throws Exception {
    try (HeadlessShell session =
        HeadlessShell.ask(world, world.environment("/bin/bash"), List.of())) {
      String before = session.terminal().settings();
      session.approve();
      session.awaitPrompt();
      ProcessHandle shell = session.shell();
      session.type("stty -echo -icanon; printf 'quiet-%s\\n' now; sleep 600", "quiet-now");
      assertThat(session.terminal().settings()).isNotEqualTo(before);

      session.program().destroy();

      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(143);
      shell.onExit().get(StoryWorld.SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(session.terminal().settings()).isEqualTo(before);
      assertClosed(session.port());
    }
  }

  private static void assertClosed(int port) {
    assertThatThrownBy(() -> new Socket(InetAddress.ofLiteral("127.0.0.1"), port).close())
        .isInstanceOf(ConnectException.class);
  }
}
