// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.terminal.Key;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Somebody does not answer what jtsh asks, but ends or stops it: the terminal stays usable. */
@ExtendWith(StoryWorld.Visit.class)
final class EndedPromptsStory {
  private static final String ASKED = "Enter password for Teleport user";
  private static final String SEEN = " echo ";
  private static final String LINES = " icanon ";
  private static final String UNSEEN = " -echo ";

  private final StoryWorld world;

  EndedPromptsStory(StoryWorld world) {
    this.world = world;
  }

  private List<String> login() {
    SessionCommand session = world.command();
    return List.of(
        session.program().toString(),
        "login",
        "--proxy=" + session.proxy(),
        "--user=" + session.user(),
        "--ca-file=" + session.caFile());
  }

  @Test
  void aPasswordThatIsNotTypedLeavesTheTerminalAsItWas() {
    assertThat(ended(login(), ASKED, UNSEEN, terminal -> terminal.send(Key.CONTROL_C)))
        .isEqualTo(130);
    assertThat(
            ended(
                login(),
                ASKED,
                UNSEEN,
                terminal -> ProcessHandle.of(terminal.pid()).orElseThrow().destroy()))
        .isEqualTo(143);
    assertThat(ended(login(), ASKED, UNSEEN, terminal -> terminal.send(Key.CONTROL_D)))
        .isEqualTo(2);
  }

  @Test
  void whoDoesNotWaitForTheApprovalLeavesTheTerminalAsItWas() {
    List<String> ask = world.command().words();

    assertThat(ended(ask, "/web/headless/", SEEN, terminal -> terminal.send(Key.CONTROL_C)))
        .isEqualTo(130);
  }

  /** Runs to the question, ends it, and gives the exit status. */
  private int ended(
      List<String> command, String question, String meanwhile, Consumer<PseudoTerminal> end) {
    try (PseudoTerminal terminal = world.terminal(command, world.environment("/bin/bash"))) {
      terminal.expect(question, StoryWorld.SOON);
      awaitSetting(terminal, meanwhile);

      end.accept(terminal);

      int status = terminal.awaitExit(StoryWorld.SOON);
      assertThat(terminal.settings().replaceAll("\\s", " ")).contains(SEEN, LINES);
      assertThat(terminal.plainTranscript())
          .doesNotContain("Exception", "dev.jtsh", "should not happen");
      return status;
    }
  }

  @Test
  void aPasswordStaysUnseenWhenItsQuestionWasStoppedAndGoesOn() {
    List<String> shell = List.of("bash", "--norc", "-i");
    try (PseudoTerminal terminal = world.terminal(shell, world.environment("/bin/bash"))) {
      terminal.sendLine(String.join(" ", login()));
      terminal.expect(ASKED, StoryWorld.SOON);
      awaitSetting(terminal, UNSEEN);

      terminal.send(Key.CONTROL_Z);
      terminal.expect("Stopped", StoryWorld.SOON);
      terminal.sendLine("fg; echo ended-with-$?");
      terminal.expect(Pattern.compile("ended-with-\\$\\?\\s+\\S*jtsh login"), StoryWorld.SOON);
      awaitSetting(terminal, UNSEEN);
      terminal.send("typed-unseen");
      terminal.send(Key.CONTROL_C);

      terminal.expect("ended-with-130", StoryWorld.SOON);
      assertThat(terminal.plainTranscript()).doesNotContain("typed-unseen");
    }
  }

  /** The terminal is asked itself, for nothing is written then; a shell's prompt has no lines. */
  private static void awaitSetting(PseudoTerminal terminal, String setting) {
    long end = System.nanoTime() + StoryWorld.SOON.toNanos();
    String settings = "";
    while (!settings.contains(setting) || !settings.contains(LINES)) {
      assertThat(System.nanoTime()).as(settings).isLessThan(end);
      settings = terminal.settings().replaceAll("\\s", " ");
    }
  }
}
