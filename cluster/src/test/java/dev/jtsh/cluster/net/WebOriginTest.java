// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WebOriginTest {
  @Test
  void thePortOfHttpsIsLeftOutAndNoOther() {
    assertThat(WebOrigin.of("proxy.example.com:443")).isEqualTo("https://proxy.example.com");
    assertThat(WebOrigin.of("proxy.example.com:3080")).isEqualTo("https://proxy.example.com:3080");
    assertThat(WebOrigin.of("localhost:1443")).isEqualTo("https://localhost:1443");
  }
}
