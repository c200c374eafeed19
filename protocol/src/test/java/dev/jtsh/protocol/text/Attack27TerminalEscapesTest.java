// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Attack27TerminalEscapesTest {
  private static String shown(int codePoint) {
    return SafeText.of("a" + Character.toString(codePoint) + "b").toString();
  }

  @Test
  void everyC0AndC1ControlAndDelIsShownNotSent() {
    for (int c = 0; c < 0x20; c++) {
      assertThat(shown(c)).isEqualTo("a\\u{" + Integer.toHexString(c) + "}b");
    }
    for (int c = 0x7F; c < 0xA0; c++) {
      assertThat(shown(c)).isEqualTo("a\\u{" + Integer.toHexString(c) + "}b");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "202E", "202A", "2066", "2069", "061C", "200E", "200F", "200B", "200C", "200D", "2060", "FEFF",
    "AD", "2028", "2029", "180E", "FE0F", "E0041", "E0100", "115F", "3164", "2800", "34F", "E000"
  })
  void whatReordersHidesOrBreaksLinesIsShown(String hex) {
    int codePoint = Integer.parseInt(hex, 16);

    assertThat(shown(codePoint)).isEqualTo("a\\u{" + Integer.toHexString(codePoint) + "}b");
  }

  @Test
  void halfSurrogatePairIsShown() {
    assertThat(SafeText.of("a\uD800b").toString()).isEqualTo("a\\u{d800}b");
  }

  @Test
  void titleChangeAndLinkEscapesDoNotReachTheTerminal() {
    String attack = "\u001b]0;owned\u0007\u001b]8;;https://evil\u001b\\ok\u009b31m";

    assertThat(SafeText.of(attack).toString())
        .isEqualTo("\\u{1b}]0;owned\\u{7}\\u{1b}]8;;https://evil\\u{1b}\\ok\\u{9b}31m");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "naïve café", "прод", "日本語", "😀", "a/b-c_d.e:443"})
  void ordinaryTextStaysAsItIs(String text) {
    assertThat(SafeText.of(text).toString()).isEqualTo(text);
  }

  @Test
  void longTextIsCutWithinTheBoundAndSaysSo() {
    String cut = SafeText.of("x".repeat(500)).toString();

    assertThat(cut).hasSize(SafeText.MAX_LENGTH).endsWith("x\u2026");
    assertThat(SafeText.of("x".repeat(SafeText.MAX_LENGTH)).toString())
        .isEqualTo("x".repeat(SafeText.MAX_LENGTH));
  }

  @Test
  void cutNeverTearsAnEscapeOrACharacter() {
    for (int before = 100; before < 125; before++) {
      String control = SafeText.of("x".repeat(before) + "\u001b".repeat(9)).toString();
      String emoji = SafeText.of("x".repeat(before) + "😀".repeat(20)).toString();

      assertThat(control.length()).isLessThanOrEqualTo(SafeText.MAX_LENGTH);
      assertThat(control).matches("x+(\\\\u\\{1b})*\u2026?");
      assertThat(emoji.length()).isLessThanOrEqualTo(SafeText.MAX_LENGTH);
      assertThat(emoji).matches("x+(😀)*\u2026?");
    }
  }

  @Test
  void randomTextNeverGetsThroughUnsafeOrTooLong() {
    long seed = 27;
    var random = new Random(seed);
    for (int round = 0; round < 5_000; round++) {
      var text = new StringBuilder();
      for (int i = random.nextInt(60); i > 0; i--) {
        text.appendCodePoint(random.nextInt(0x110000));
      }
      String safe = SafeText.of(text.toString()).toString();

      assertThat(safe.length()).as("seed %d", seed).isLessThanOrEqualTo(SafeText.MAX_LENGTH);
      assertThat(safe.codePoints())
          .as("seed %d", seed)
          .allMatch(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT);
    }
  }

  @Test
  void hostNameOutsideAsciiIsMarked() {
    assertThat(SafeText.ofHostName("prоd").toString()).isEqualTo("prоd (not plain ASCII)");
    assertThat(SafeText.ofHostName("prod").toString()).isEqualTo("prod");
  }

  @Test
  void templateTakesExactlyItsPieces() {
    SafeText text = SafeText.format("user {} on {}:\nno", SafeText.of("a\nb"), SafeText.of("{}"));

    assertThat(text.toString()).isEqualTo("user a\\u{a}b on {}:\nno");
  }
}
