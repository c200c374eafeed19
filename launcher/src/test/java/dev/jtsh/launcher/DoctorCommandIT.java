// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.jtsh.pki.Pem;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code jtsh doctor} in this process, on this machine, with and without a cluster. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class DoctorCommandIT {
  @TempDir Path home;

  private Map<String, JsonNode> checks(RunOfMain run) throws Exception {
    return byId(new ObjectMapper().readTree(run.out));
  }

  private static Map<String, JsonNode> byId(JsonNode document) {
    Map<String, JsonNode> checks = new HashMap<>();
    document.get("checks").forEach(check -> checks.put(check.get("id").textValue(), check));
    return checks;
  }

  private RunOfMain doctor(Instant now, String... more) {
    String[] args = new String[more.length + 1];
    args[0] = "doctor";
    System.arraycopy(more, 0, args, 1, more.length);
    return RunOfMain.of(home, now, Map.of(), args);
  }

  private static String status(Map<String, JsonNode> checks, String id) {
    return field(checks, id, "status");
  }

  private static String field(Map<String, JsonNode> checks, String id, String name) {
    return requireNonNull(checks.get(id)).get(name).textValue();
  }

  @Test
  void withoutConfigurationAndNetworkItAnswersAndSaysWhatItLeftOut() throws Exception {
    RunOfMain run = doctor(Instant.now(), "--format=json");

    Map<String, JsonNode> checks = checks(run);
    assertThat(run.err).isEmpty();
    assertThat(checks).hasSizeGreaterThan(15);
    assertThat(status(checks, "proxy")).isEqualTo("not_measured");
    assertThat(field(checks, "proxy", "seen")).isEqualTo("no proxy is configured");
    assertThat(status(checks, "session")).isEqualTo("ok");
    // This JVM was not started as jtsh is: that must be seen.
    assertThat(status(checks, "jvm")).isEqualTo("fail");
    assertThat(run.status).isEqualTo(ExitCode.DOCTOR_FAILS.status());
  }

  @Test
  void helpSaysTheExitCodes() {
    assertThat(doctor(Instant.now(), "--help").out)
        .contains("87", "something to look at", "88", "the session is gone");
  }

  @Test
  void textAndYamlSayTheSame() throws Exception {
    RunOfMain text = doctor(Instant.now());
    assertThat(text.out)
        .startsWith("This machine")
        .contains("  fail          Java's doors", "no proxy is configured")
        .doesNotContain("\u001b");
    assertThat(text.out.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(140));

    RunOfMain yaml = doctor(Instant.now(), "--format=yaml");
    assertThat(byId(new YAMLMapper().readTree(yaml.out)).keySet())
        .isEqualTo(checks(doctor(Instant.now(), "--format=json")).keySet());
  }

  @Test
  void theWayToTheClusterIsLookedAt() throws Exception {
    try (FakeCluster cluster = FakeCluster.start("root", new FakeAuth())) {
      cluster.web().on("/webapi/ping", call -> WebReply.json(cluster.ping("17.2.0")));
      Path authority = home.resolve("ca.pem");
      Files.writeString(authority, Pem.encode(cluster.webAuthority().certificate()));
      String[] options = {
        "--format=json", "--proxy=" + cluster.hostPort(), "--ca-file=" + authority
      };

      Map<String, JsonNode> now = checks(doctor(Instant.now(), options));
      assertThat(status(now, "proxy")).isEqualTo("ok");
      assertThat(field(now, "proxy", "seen")).contains("Teleport 17.2.0");
      assertThat(status(now, "clock")).isEqualTo("ok");
      assertThat(status(now, "load-balancer")).isEqualTo("ok");
      assertThat(field(now, "load-balancer", "seen")).contains("none that ends TLS");

      Map<String, JsonNode> late =
          checks(doctor(Instant.now().plus(Duration.ofMinutes(5)), options));
      assertThat(status(late, "clock")).isEqualTo("fail");
      assertThat(field(late, "clock", "seen")).contains("ahead");
    }
  }

  @Test
  void proxyThatDoesNotAnswerIsNoFailureOfTheOtherChecks() throws Exception {
    Map<String, JsonNode> checks =
        checks(doctor(Instant.now(), "--format=json", "--proxy=127.0.0.1:1"));

    assertThat(status(checks, "proxy")).isEqualTo("fail");
    assertThat(status(checks, "clock")).isEqualTo("not_measured");
    assertThat(status(checks, "load-balancer")).isEqualTo("not_measured");
    assertThat(status(checks, "kernel")).isIn("ok", "warning");
  }
}
