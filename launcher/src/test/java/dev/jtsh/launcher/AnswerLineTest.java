// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class AnswerLineTest {
  @Test
  void pinBehindAnAnswerOnAPipeStaysForWhoAsksForIt() throws IOException {
    var pipe = new ByteArrayInputStream(" 347 \n2468\n".getBytes(UTF_8));

    assertThat(AnswerLine.read(pipe)).isEqualTo("347");
    assertThat(pipe.readAllBytes()).isEqualTo("2468\n".getBytes(UTF_8));
  }

  @Test
  void endOfTheInputAndAnEndlessLineAreNoAnswer() {
    assertThat(AnswerLine.read(new ByteArrayInputStream(new byte[0]))).isEmpty();
    assertThat(AnswerLine.read(new ByteArrayInputStream(new byte[100_000]))).isEmpty();
    assertThat(AnswerLine.read(new ByteArrayInputStream("y".getBytes(UTF_8)))).isEqualTo("y");
  }

  @Test
  void programsOwnAnswersAreNotReadAhead() {
    assertThat(Outside.ofThisProcess().answers()).isExactlyInstanceOf(FileInputStream.class);
  }
}
