// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.Laptop;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nobody answers. Told last, for it takes three minutes, which the other stories fill. */
@ExtendWith(StoryWorld.Visit.class)
@Order(Integer.MAX_VALUE)
final class ExpiredRequestStory {
  private static final Duration LONGER_THAN_A_REQUEST = Duration.ofSeconds(200);

  private final StoryWorld world;

  ExpiredRequestStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void theRequestEndsWith72AndIsGoneForTheApprover() {
    HeadlessShell forgotten = world.forgotten();
    assertThat(forgotten.terminal().awaitExit(LONGER_THAN_A_REQUEST)).isEqualTo(72);
    assertThat(forgotten.terminal().plainTranscript())
        .containsOnlyOnce("ERROR: the headless login was not approved in time (3 minutes)")
        .contains("run the command again for a new request")
        .doesNotContain("Exception");

    Laptop.Result late = world.laptop().approve(forgotten.id());
    assertThat(late.status()).isEqualTo(81);
    assertThat(late.err().lines().filter(line -> line.startsWith("ERROR: ")))
        .singleElement()
        .asString()
        .contains("no headless request with this id");
  }
}
