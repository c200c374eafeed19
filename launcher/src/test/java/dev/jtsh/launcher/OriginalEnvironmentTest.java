// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OriginalEnvironmentTest {
  @Test
  void whatTheStartScriptTookAwayIsGivenBack() {
    Map<String, String> seen =
        Map.of(
            "HOME", "/h", "JTSH_ORIGINAL_LD_PRELOAD", "/x.so", "JTSH_ORIGINAL_SSL_CERT_FILE", "f");

    assertThat(OriginalEnvironment.of(seen))
        .containsOnly(
            Map.entry("HOME", "/h"),
            Map.entry("LD_PRELOAD", "/x.so"),
            Map.entry("SSL_CERT_FILE", "f"));
  }

  @Test
  void whatTheStartScriptSetForJtshIsNotThePersons() {
    assertThat(OriginalEnvironment.of(Map.of("GLIBC_TUNABLES", "glibc.malloc.arena_max=2")))
        .isEmpty();
    assertThat(
            OriginalEnvironment.of(
                Map.of(
                    "GLIBC_TUNABLES",
                    "glibc.malloc.arena_max=2",
                    "JTSH_ORIGINAL_GLIBC_TUNABLES",
                    "glibc.malloc.check=3")))
        .containsOnly(Map.entry("GLIBC_TUNABLES", "glibc.malloc.check=3"));
  }
}
