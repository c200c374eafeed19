// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.headless.Announcement;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class FirstVoiceTest {
  private static final String ID = "cb483ac7-2386-5991-9b89-9373500afe25";
  private static final String LINK = "https://proxy.example.com:443/web/headless/" + ID;
  private static final String COMMAND = "jtsh headless approve --user=alice " + ID;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Outside outside(boolean interactive, Map<String, String> environment) {
    PrintStream to = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new Outside(
        InstantSource.fixed(Instant.parse("2026-11-21T10:00:00Z")),
        environment,
        new Console(to, to),
        new ByteArrayInputStream(new byte[0]),
        prompt -> {
          throw new IOException("no password in this test");
        },
        interactive,
        Path.of("/nowhere"),
        "Linux",
        new SecureRandom(),
        List.of(),
        () -> 0);
  }

  private String told(boolean interactive, Map<String, String> environment, FirstVoice.Qr qr) {
    try (var voice = new FirstVoice(outside(interactive, environment), qr)) {
      voice.announce(new Announcement(ID, LINK, COMMAND));
      voice.number(482);
    }
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"false,xterm,''", "true,dumb,''", "true,'',''", "true,xterm,1"})
  void whereTheTerminalIsToStayPlainThereAreOnlyLines(
      boolean interactive, String term, String noColour) {
    String told = told(interactive, Map.of("TERM", term, "NO_COLOR", noColour), FirstVoice.Qr.auto);

    assertThat(told)
        .contains("\n" + LINK + "\n", "\n" + COMMAND + "\n", "\nNumber to match: 482\n")
        .doesNotContain("\033", "\r", "\u2580");
  }

  @Test
  void onATerminalTheLinkCanBeFollowedAndItsTargetIsItsText() {
    String told = told(true, Map.of("TERM", "xterm"), FirstVoice.Qr.never);

    assertThat(told)
        .contains("\033]8;;" + LINK + "\033\\" + LINK + "\033]8;;\033\\\n")
        // On a line of its own, or on the cleared one of the clock.
        .contains("Number to match: 482\n")
        .doesNotContain("\u2580");
  }

  @Test
  void thePictureIsOfTheLinkAndComesWhenItIsAskedFor() {
    String told = told(false, Map.of(), FirstVoice.Qr.always);

    assertThat(told).contains("\u2580").doesNotContain("\033");
  }

  @Test
  void linkThatIsNotOfOurFormIsNeitherFollowedNorPictured() {
    try (var voice = new FirstVoice(outside(true, Map.of("TERM", "xterm")), FirstVoice.Qr.always)) {
      voice.announce(new Announcement(ID, "https://proxy/web/headless/" + ID + "?x", COMMAND));
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("\033]8", "\u2580");
  }
}
