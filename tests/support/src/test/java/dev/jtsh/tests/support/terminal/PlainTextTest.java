// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PlainTextTest {
  private static final String PAINTED =
      "\033[1;31mred\033[0m\r\n\033]0;title\007after title\033(B \033]8;;x\033\\link\033]8;;\033\\";

  @Test
  void leavesOutWhatOnlyPaints() {
    assertThat(plain(PAINTED.getBytes(StandardCharsets.UTF_8))).isEqualTo("red\nafter title link");
  }

  @Test
  void isTheSameWhereverTheBytesAreCut() {
    byte[] bytes = (PAINTED + "ä€😀").getBytes(StandardCharsets.UTF_8);
    PlainText inPieces = new PlainText();
    for (byte one : bytes) {
      inPieces.add(new byte[] {one});
    }
    assertThat(inPieces.text()).isEqualTo(plain(bytes)).endsWith("ä€😀");
  }

  private static String plain(byte[] bytes) {
    PlainText text = new PlainText();
    text.add(bytes);
    return text.text();
  }
}
