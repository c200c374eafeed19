// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfirmationsTest {
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

  private record FixedScreen(boolean isTerminal, boolean inLineMode)
      implements TerminalVoice.Screen {
    @Override
    public int foregroundGroup() {
      return 1;
    }
  }

  private static Optional<KubeStatus> asked(
      boolean terminal, boolean lines, @Nullable String answer) throws Exception {
    Confirmations confirmations =
        new Confirmations(
            new Console(NOWHERE, NOWHERE),
            new FixedScreen(terminal, lines),
            (prompt, limit) -> Optional.ofNullable(answer));
    return confirmations
        .ask(SafeText.literal("delete it?"))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"y", "Y", "yes"})
  void aClearYesLetsItPass(String answer) throws Exception {
    assertThat(asked(true, true, answer)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "n", "no", "yy", "kubectl delete"})
  void anythingElseIsANo(String answer) throws Exception {
    assertThat(asked(true, true, answer)).isPresent();
  }

  @Test
  void nobodyToAskIsANo() throws Exception {
    assertThat(asked(false, true, "y").orElseThrow().message().toString())
        .contains("no terminal to ask at");
    assertThat(asked(true, false, "y").orElseThrow().message().toString())
        .contains("full-screen program");
    assertThat(asked(true, true, null).orElseThrow().message().toString())
        .contains("nobody answered in time");
  }
}
