// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.terminal.Key;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who names no cluster gets all, and at a terminal says which of them is the current one. */
@ExtendWith(StoryWorld.Visit.class)
final class ClusterChoiceStory {
  private static final String QUESTION = "Current cluster [1]: ";

  private final StoryWorld world;

  ClusterChoiceStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void aPersonChoosesByNumberOrByNameAndIsAskedAgainAfterNonsense() {
    try (HeadlessShell session = ask(List.of())) {
      String before = session.terminal().settings();
      session.sayYes();
      session.terminal().expect("  1  " + StoryWorld.KUBE, StoryWorld.SOON);
      session.terminal().expect("  2  " + StoryWorld.DOWN, StoryWorld.SOON);
      session.terminal().expect(QUESTION, StoryWorld.SOON);
      session.terminal().sendLine("9");
      session.terminal().expect("Type a number or a name from the list.", StoryWorld.SOON);
      session.terminal().expect(QUESTION, StoryWorld.SOON);
      session.terminal().sendLine("do\t"); // TAB completes to "down".
      session.awaitProxy();
      session.awaitPrompt();
      session.type("kubectl config current-context", "story-" + StoryWorld.DOWN);
      session.type("kubectl --context=story-c1 get namespaces", "kube-system");
      assertThat(session.exit(0)).isZero();
      assertThat(session.terminal().settings()).isEqualTo(before);
    }
  }

  @Test
  void whoGivesUpChoosingGetsTheFirst() {
    try (HeadlessShell session = ask(List.of())) {
      session.sayYes();
      session.terminal().expect(QUESTION, StoryWorld.SOON);
      session.terminal().send(Key.CONTROL_C);
      session.awaitProxy();
      session.awaitPrompt();
      session.type("kubectl config current-context", "story-" + StoryWorld.KUBE);
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void aCommandIsNotDelayedByAQuestion() {
    try (HeadlessShell session = ask(List.of("--", "kubectl", "config", "current-context"))) {
      session.sayYes();
      session.terminal().expect("story-" + StoryWorld.KUBE, StoryWorld.SOON);
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isZero();
      assertThat(session.terminal().plainTranscript()).doesNotContain(QUESTION);
    }
  }

  private HeadlessShell ask(List<String> more) {
    SessionCommand command = world.command().to().with(more);
    return HeadlessShell.ask(world, command, world.environment("/bin/bash"));
  }
}
