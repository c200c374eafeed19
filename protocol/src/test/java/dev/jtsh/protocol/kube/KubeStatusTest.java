// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubeStatusTest {
  @Test
  void bodyIsTheOneKubectlReads() {
    KubeStatus status =
        KubeStatus.forbidden(SafeText.format("no access to {}", SafeText.of("a\u001b[2Jb")));

    assertThat(new String(status.toJson(), UTF_8))
        .isEqualTo(
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                + "\"message\":\"no access to a\\\\u{1b}[2Jb\",\"reason\":\"Forbidden\","
                + "\"code\":403}");
  }

  @Test
  void warningIsOneQuotedLineOfPlainAscii() {
    KubeStatus status = KubeStatus.badGateway(SafeText.of("no \"way\" \\ ü\r\nX: y"));
    assertThat(status.warning()).isEqualTo("299 - \"no 'way' ' ?'u{d}'u{a}X: y\"");
    KubeStatus two =
        KubeStatus.badGateway(
            SafeText.format("{}{}", SafeText.of("a".repeat(120)), SafeText.of("b".repeat(120))));
    assertThat(two.warning()).hasSize(7 + 190 + 1);
  }

  @Test
  void everyKindHasAStatusWithItsOwnReason() {
    for (ErrorKind kind : ErrorKind.values()) {
      KubeStatus status = KubeStatus.of(kind, SafeText.literal("x"));

      assertThat(status.code()).isBetween(400, 599);
      assertThat(status.reason()).matches("[A-Z][A-Za-z]+");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a b", "$(id)", "a\n", "ä", "%p", "`x`", "a'b"})
  void hostileClusterNamesAreRefused(String name) {
    assertThat(KubeClusterName.of(name)).isEmpty();
    assertThatThrownBy(() -> new KubeClusterName(name))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ordinaryClusterNamesAreLetIn() {
    assertThat(KubeClusterName.of("gke_my-project_europe-west1-b_prod.1")).isPresent();
    assertThat(KubeClusterName.of("x".repeat(253))).isPresent();
    assertThat(KubeClusterName.of("x".repeat(254))).isEmpty();
  }
}
