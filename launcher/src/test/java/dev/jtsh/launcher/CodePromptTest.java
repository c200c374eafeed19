// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.client.ClientException;
import dev.jtsh.headless.CodeEntry;
import dev.jtsh.protocol.text.SafeText;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CodePromptTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> tried = new CopyOnWriteArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);

  /** What is said while these lines are typed and this is answered to them. */
  private String said(List<String> lines, CodeEntry entry) throws Exception {
    PrintStream to = new PrintStream(err, true, StandardCharsets.UTF_8);
    Queue<String> typed = new ConcurrentLinkedQueue<>(lines);
    CodePrompt.Typing typing =
        limit -> {
          String next = typed.poll();
          if (next == null) {
            over.countDown();
            throw new EOFException("no more");
          }
          return next.equals("(nothing)") ? Optional.empty() : Optional.of(next);
        };
    CodeEntry counting =
        code -> {
          tried.add(code);
          CodeEntry.Answer answer = entry.type(code);
          if (answer instanceof CodeEntry.Answer.Right
              || (answer instanceof CodeEntry.Answer.Wrong(int left) && left == 0)) {
            over.countDown(); // Nothing more is asked; else the input ends.
          }
          return answer;
        };
    try (CodePrompt _ = CodePrompt.open(new Console(to, to), typing, counting)) {
      assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
    }
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void asksUntilTheRightOneAndTakesNoLineMore() throws Exception {
    String said =
        said(
            List.of("(nothing)", "", "early", "wrong", "right"),
            code ->
                switch (code) {
                  case "early" -> new CodeEntry.Answer.TooEarly();
                  case "wrong" -> new CodeEntry.Answer.Wrong(2);
                  default -> new CodeEntry.Answer.Right();
                });

    assertThat(tried).containsExactly("early", "wrong", "right");
    assertThat(said)
        .containsSubsequence(
            "Code: ",
            "Code: ",
            "Not approved yet",
            "Code: ",
            "Tries left: 2",
            "Code: ",
            "That is the code.\n");
    assertThat(said).endsWith("That is the code.\n");
  }

  @Test
  void lastWrongOneEndsTheQuestions() throws Exception {
    String said = said(List.of("wrong"), code -> new CodeEntry.Answer.Wrong(0));

    assertThat(said).endsWith("That is not the code. The request is denied.\n");
  }

  @Test
  void clusterThatCannotBeReachedIsNoTryAndTheEndOfInputIsSaid() throws Exception {
    String said =
        said(
            List.of("code"),
            code -> {
              throw new ClientException.BadAnswer(SafeText.literal("the line is down"), null);
            });

    assertThat(said).contains("the line is down").contains("the input has ended");
  }
}
