// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.protocol.error.WireException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceFilterTest {
  private static final KubeClusterRecord PROD =
      new KubeClusterRecord("prod-eu", Map.of("env", "prod", "region", "eu"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "labels[\"env\"] == \"prod\"",
        "labels.env==\"prod\" && labels[\"region\"] != \"us\"",
        "name == \"prod-eu\"",
        "search(\"EU\")",
        "search(\"eu\", \"prod\")",
        "labels.env == \"test\" || (labels.env == \"prod\" && !search(\"us\"))",
        "labels[`env`] == `prod`",
        "labels.none == \"\""
      })
  void expressionThatHoldsMatches(String expression) {
    assertThat(ResourceFilter.expression(expression).test(PROD)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "labels[\"env\"] == \"test\"",
        "!search(\"eu\")",
        "labels.env == \"prod\" && labels.region == \"us\"",
        "name != \"prod-eu\""
      })
  void expressionThatDoesNotHoldMatchesNot(String expression) {
    assertThat(ResourceFilter.expression(expression).test(PROD)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "labels[\"env\"]",
        "labels[\"env\" == \"x\"",
        "== \"x\"",
        "labels.env == \"prod\" garbage",
        "search(",
        "labels.env == \"a\\\"b\"",
        "((((((((((((((((((((((((((((((((((((((((((name == \"x\"))))))))))))))))))))))))))))))))))))))))))"
      })
  void malformedExpressionIsRefused(String expression) {
    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> ResourceFilter.expression(expression));
  }

  @Test
  void everyLabelAndEveryWordMustMatch() {
    assertThat(ResourceFilter.labels(Map.of("env", "prod", "region", "*")).test(PROD)).isTrue();
    assertThat(ResourceFilter.labels(Map.of("env", "prod", "team", "*")).test(PROD)).isFalse();
    assertThat(ResourceFilter.search(List.of("prod", "us")).test(PROD)).isFalse();
  }
}
