// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0s, PT0S",
    "12h0m0s, PT12H",
    "30m0s, PT30M",
    "1m30s, PT1M30S",
    "1.5s, PT1.5S",
    "250ms, PT0.25S",
    "1.5µs, PT0.0000015S",
    "15ns, PT0.000000015S",
    "100h0m0.5s, PT100H0.5S",
    "-5s, PT-5S"
  })
  void writesAndReadsLikeGo(String text, Duration duration) {
    assertThat(GoDuration.format(duration)).isEqualTo(text);
    assertThat(GoDuration.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @CsvSource({"12h, PT12H", "0, PT0S", "1h30m, PT1H30M", "1.5h, PT1H30M", "3us, PT0.000003S"})
  void readsShorterForms(String text, Duration duration) {
    assertThat(GoDuration.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-", "12", "h", "1d", "1h 30m", "1h30", "99999999999h", "1h\n", "1e3s", "٣h"})
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> GoDuration.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
