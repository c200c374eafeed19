// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.terminal.Key;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** While jtsh waits at a terminal, one key copies the link, and all else that is typed stays. */
@Timeout(300)
@ExtendWith(StoryWorld.Visit.class)
final class CopiedLinkStory {
  private static final String HINT = "Enter copies the link";

  /** What programs send to a terminal to fill the clipboard. */
  private static final Pattern CLIPBOARD =
      Pattern.compile("\033\\]52;([^;]*);([^\007\033]*)(?:\007|\033\\\\)");

  private final StoryWorld world;

  CopiedLinkStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void theKeyCopiesTheLinkAloneAndWhatIsTypedAheadReachesTheShell() {
    try (HeadlessShell shell =
        HeadlessShell.ask(world, world.environment("/bin/bash"), List.of())) {
      shell.terminal().expect(HINT, StoryWorld.SOON);
      assertThat(copied(shell)).isEmpty();
      shell.terminal().sendLine("");
      shell.terminal().expect("the link is copied", StoryWorld.SOON);
      assertThat(copied(shell))
          .containsExactly("https://" + world.cluster().proxy() + "/web/headless/" + shell.id());
      shell.terminal().sendLine("echo first:$((40 + 2)); echo succeeded:$((50 + 2))");
      shell.sayYes();
      shell.awaitProxy();
      shell.terminal().expect("first:42", StoryWorld.SOON);
      shell.terminal().expect("succeeded:52", StoryWorld.SOON);
      assertThat(copied(shell)).hasSize(1);
      assertThat(shell.exit(0)).isZero();
    }
  }

  @Test
  void theTerminalIsLeftAsItIsSoThatNothingIsLeftBehind() {
    try (HeadlessShell shell =
        HeadlessShell.ask(world, world.environment("/bin/bash"), List.of())) {
      shell.terminal().expect(HINT, StoryWorld.SOON);
      String waiting = shell.terminal().settings();
      assertThat(waiting).contains("eol = <undef>;").contains(" icanon ").contains(" echo ");
      shell.terminal().send(Key.CONTROL_C);
      assertThat(shell.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(130);

      assertThat(shell.terminal().settings()).isEqualTo(waiting);
    }
  }

  @Test
  void aPlainTerminalIsOfferedNothingAndTakesNothing() {
    Map<String, String> plain = new HashMap<>(world.environment("/bin/bash"));
    plain.put("TERM", "dumb");
    try (HeadlessShell shell = HeadlessShell.ask(world, plain, List.of())) {
      shell.terminal().send("c");
      shell.terminal().sendLine("d /; pwd; echo plain:$((40 + 2))");
      shell.sayYes();
      shell.awaitProxy();
      shell.terminal().expect("plain:42", StoryWorld.SOON);

      assertThat(shell.terminal().plainTranscript()).doesNotContain(HINT).contains("\n/\nplain:42");
      assertThat(copied(shell)).isEmpty();
      assertThat(shell.exit(0)).isZero();
    }
  }

  private static List<String> copied(HeadlessShell shell) {
    String bytes = new String(shell.terminal().transcript(), StandardCharsets.UTF_8);
    List<String> copied = new ArrayList<>();
    Matcher matcher = CLIPBOARD.matcher(bytes);
    while (matcher.find()) {
      assertThat(matcher.group(1)).as("the clipboard").isEqualTo("c");
      copied.add(new String(Base64.getDecoder().decode(matcher.group(2)), StandardCharsets.UTF_8));
    }
    return copied;
  }
}
