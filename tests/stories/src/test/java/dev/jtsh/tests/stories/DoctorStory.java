// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jtsh.tests.kubernetes.ProgramResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code jtsh doctor} before, in and after a session. */
@ExtendWith(StoryWorld.Visit.class)
final class DoctorStory {
  private static final int WARNS = 87;
  private static final int FAILS = 88;

  private final StoryWorld world;

  DoctorStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void outsideASessionItLooksAtTheMachineAndTheWayToTheCluster() throws IOException {
    String status = world.cluster().command("status", "--format=json").stdout();
    String pin = new ObjectMapper().readTree(status).path("ca_pin").asText();
    ProgramResult run =
        world.jtsh(
            "doctor",
            "--format=json",
            "--proxy=" + world.cluster().proxy(),
            "--ca-pin=" + pin,
            "--ca-file=" + world.cluster().webCa());

    Map<String, String> checks = statuses(run.stdout());
    assertThat(run.stderr()).isEmpty();
    assertThat(run.exitCode()).isIn(0, WARNS);
    assertThat(checks)
        .containsEntry("dumpable", "ok")
        .containsEntry("core", "ok")
        .containsEntry("jvm", "ok")
        .containsEntry("environment", "ok")
        .containsEntry("libraries", "ok")
        .containsEntry("proxy", "ok")
        .containsEntry("clock", "ok")
        .containsEntry("load-balancer", "ok")
        .containsEntry("host-pin", "ok")
        .containsEntry("session", "ok")
        .doesNotContainKey("kubeconfig");
  }

  @Test
  void foreignCodeInTheEnvironmentIsSaid() throws IOException {
    ProgramResult run =
        world.run(
            List.of(
                "env",
                "LD_LIBRARY_PATH=/tmp",
                "JAVA_TOOL_OPTIONS=-Dx=1",
                world.program().toString(),
                "doctor",
                "--format=json"));

    assertThat(statuses(run.stdout())).containsEntry("environment", "warning");
    assertThat(run.stdout()).contains("JAVA_TOOL_OPTIONS, LD_LIBRARY_PATH set");
    assertThat(run.exitCode()).isEqualTo(WARNS);
  }

  @Test
  void inASessionItLooksAtTheSession() throws IOException {
    Path folder = world.newDirectory("doctor");
    try (HeadlessShell session = world.open("/bin/bash")) {
      assertThat(statuses(typed(session, folder, "")))
          .containsEntry("session", "ok")
          .containsEntry("kubeconfig", "ok")
          .containsEntry("descriptor", "ok")
          .containsEntry("kubeconfig-file", "ok")
          .containsEntry("session-process", "ok")
          .containsEntry("session-locked", "ok")
          .containsEntry("session-memory", "ok")
          .containsEntry("session-port", "ok")
          .containsEntry("nested", "ok");
      assertThat(typed(session, folder, "")).contains(session.id());

      assertThat(statuses(typed(session, folder, "KUBECONFIG=$HOME/.kube/config")))
          .containsEntry("session", "ok")
          .containsEntry("kubeconfig", "fail")
          .containsEntry("session-memory", "ok"); // By the path the session left beside it.
      assertThat(statuses(typed(session, folder, "exec 3<&-;")))
          .containsEntry("session", "ok")
          .containsEntry("descriptor", "fail");
      assertThat(statuses(typed(session, folder, "exec 3<&-; KUBECONFIG=$JTSH_KUBECONFIG")))
          .containsEntry("kubeconfig", "ok")
          .containsEntry("descriptor", "ok")
          .containsEntry("kubeconfig-file", "ok");
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void whatOutlivesTheSessionIsToldToUnsetKubeconfig() throws Exception {
    Path folder = world.newDirectory("doctor-gone");
    Path report = folder.resolve("report");
    try (HeadlessShell session = world.open("/bin/bash")) {
      long program = session.program().pid();
      session.type(
          ("setsid sh -c 'while kill -0 %d 2>/dev/null; do sleep 0.1; done;"
                  + " %s doctor --format=json >%s; echo $? >%s.end' & printf 'left-%%s\\n' behind")
              .formatted(program, world.program(), report, report),
          "left-behind");
      session.program().destroyForcibly();
      session.terminal().awaitExit(StoryWorld.SOON);
    }
    Path end = Path.of(report + ".end");
    for (int i = 0; !Files.exists(end) || Files.size(end) == 0; i++) {
      assertThat(i).as("polls for the survivor's report").isLessThan(600);
      Thread.sleep(100);
    }
    assertThat(end).hasContent(Integer.toString(FAILS));
    assertThat(statuses(Files.readString(report))).containsEntry("session", "fail");
    assertThat(report).content().contains("unset KUBECONFIG");
  }

  /** What the doctor says in the session, in a subshell that begins with these words. */
  private String typed(HeadlessShell session, Path folder, String before) throws IOException {
    Path file = Files.createTempFile(folder, "report", "");
    session.type(
        "( %s %s doctor --format=json >%s ); printf 'doctor-%%s\\n' ended"
            .formatted(before, world.program(), file),
        "doctor-ended");
    return Files.readString(file);
  }

  private static Map<String, String> statuses(String document) throws IOException {
    Map<String, String> statuses = new HashMap<>();
    for (JsonNode check : new ObjectMapper().readTree(document).get("checks")) {
      statuses.put(check.get("id").textValue(), check.get("status").textValue());
    }
    return statuses;
  }
}
