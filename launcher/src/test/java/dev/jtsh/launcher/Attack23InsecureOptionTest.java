// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attack 23: a person is told to add the option with which tsh believes every proxy. */
class Attack23InsecureOptionTest {
  @TempDir Path home;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--headless proxy kube c1 --proxy=p:1 --user=alice",
        "headless approve --proxy=p:1 --user=alice cb483ac7-2386-5991-9b89-9373500afe25",
        "login --proxy=p:1 --user=alice"
      })
  void jtshKnowsNoOptionThatBelievesAnyProxy(String command) {
    for (boolean first : new boolean[] {true, false}) {
      List<String> words = new ArrayList<>(List.of(command.split(" ")));
      words.add(first ? 0 : words.size(), "--insecure");

      RunOfMain run =
          RunOfMain.of(
              home, Instant.parse("2026-11-21T12:00:00Z"), Map.of(), words.toArray(String[]::new));

      assertThat(run.status).as(words.toString()).isEqualTo(ExitCode.USAGE.status());
      assertThat(run.err).contains("--insecure");
    }
  }
}
