// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
  private static List<String> entries(Environment environment) {
    try (Arena arena = Arena.ofConfined()) {
      return environment.entries(arena).stream()
          .map(entry -> entry.getString(0, ISO_8859_1))
          .toList();
    }
  }

  @Test
  void attack19WhatWasTakenAwayComesBackByteForByte() {
    Environment seen =
        Environment.parse(
            "HOME=/h\0KEPT_LD_PRELOAD=/x\u00ff\u0080=y\0KEPT_EMPTY=\0KEPT_=odd\0LD_PRELOAD=ours\0"
                .getBytes(ISO_8859_1));

    assertThat(entries(seen.withoutPrefix("KEPT_")))
        .containsExactlyInAnyOrder("HOME=/h", "LD_PRELOAD=/x\u00ff\u0080=y", "EMPTY=", "KEPT_=odd");
  }
}
