// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.protocol.text.SafeText;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TerminalVoiceTest {
  private static final int SHELL = 77;
  private static final int PROGRAM = 78;

  private final CountDownLatch said = new CountDownLatch(1);
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private volatile int foreground = SHELL;
  private volatile boolean lineMode;

  private TerminalVoice voice(boolean bell) {
    PrintStream out =
        new PrintStream(bytes, true, StandardCharsets.UTF_8) {
          @Override
          public void println(Object line) {
            super.println(line);
            said.countDown();
          }
        };
    return new TerminalVoice(
        new Console(out, out),
        bell,
        () -> SHELL,
        new TerminalVoice.Screen() {
          @Override
          public boolean isTerminal() {
            return true;
          }

          @Override
          public int foregroundGroup() {
            return foreground;
          }

          @Override
          public boolean inLineMode() {
            return lineMode;
          }
        });
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void atThePromptAndBesideProgramsOfLinesItSpeaksAtOnce() {
    try (TerminalVoice voice = voice(false)) {
      voice.say(SafeText.literal("at the prompt"));
      foreground = PROGRAM;
      lineMode = true;
      voice.say(SafeText.literal("beside kubectl get"));
    }
    assertThat(text()).contains("at the prompt").contains("beside kubectl get");
  }

  @Test
  void aFullScreenProgramKeepsItsPictureAndTheWordsComeAfterIt() throws InterruptedException {
    foreground = PROGRAM;
    try (TerminalVoice voice = voice(false)) {
      voice.say(SafeText.literal("approve this"));
      assertThat(text()).isEmpty();

      foreground = SHELL;

      assertThat(said.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(text()).contains("approve this");
    }
  }

  @Test
  void theBellRingsOnlyForWhoAskedForIt() {
    foreground = PROGRAM;
    try (TerminalVoice voice = voice(true)) {
      voice.say(SafeText.literal("approve this"));
    }
    assertThat(text()).isEqualTo("\u0007");
  }
}
