// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.Laptop;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A passkey logs in alone: it knows its person, and whose it is. */
@ExtendWith(StoryWorld.Visit.class)
final class PasskeyLoginStory {
  private final StoryWorld world;

  PasskeyLoginStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void whoHasAPasskeyLogsInWithoutAPasswordAndSeesTheKubeClusters() throws IOException {
    Laptop petra = world.enrol("petra", StoryWorld.ALL_CLUSTERS + ", " + StoryWorld.ADMINS);
    petra.run("logout").orThrow();
    assertThat(petra.run("kube", "ls").status()).isNotZero();
    Laptop.Result login = petra.logInWithPasskey().orThrow();
    assertThat(login.err()).contains("Tap your security key");
    assertThat(login.out()).contains("petra");
    assertThat(petra.run("kube", "ls").orThrow().out()).contains(StoryWorld.KUBE);
  }
}
