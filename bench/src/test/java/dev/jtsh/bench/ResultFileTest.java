// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResultFileTest {
  @Test
  void eachRivalHasARowWithTheRatioOfTheMedians() {
    Measurements results = new Measurements("jtsh");
    for (double value : new double[] {30, 10, 20}) {
      results.add("h1 c16 req/s", "requests/s", "jtsh", value);
    }
    results.add("h1 c16 req/s", "requests/s", "go", 4);
    results.add("h1 c16 req/s", "requests/s", "go", 6);

    assertThat(ResultFile.json(results))
        .startsWith("{\"rows\":[\n")
        .contains(
            "{\"measure\":\"h1 c16 req/s\",\"target\":\"jtsh\",\"unit\":\"requests/s\","
                + "\"min\":10.0,\"median\":20.0,\"max\":30.0,\"rival\":\"go\",\"ratio\":4.000}")
        .contains(
            "\"target\":\"go\",\"unit\":\"requests/s\",\"min\":4.000,\"median\":5.000,"
                + "\"max\":6.000,\"rival\":\"jtsh\",\"ratio\":0.250}");
  }

  @Test
  void measureOfTheSubjectAloneHasARowToo() {
    Measurements results = new Measurements("jtsh");
    results.add("RSS MiB", "MiB", "jtsh", 100);

    assertThat(ResultFile.json(results)).contains("\"rival\":\"jtsh\",\"ratio\":1.000");
  }
}
