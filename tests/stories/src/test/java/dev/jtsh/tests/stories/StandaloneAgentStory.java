// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.Kubectl;
import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Kubernetes cluster served by an agent that is a process of its own. */
@ExtendWith(StoryWorld.Visit.class)
final class StandaloneAgentStory {
  private static final String KUBE = "far";
  private static final Pattern TOKEN = Pattern.compile("(?m)^([0-9a-f]{32,})$");
  private static final Pattern HOST = Pattern.compile("is ready: host ([0-9a-f-]{36}) serves");

  private final StoryWorld world;

  StandaloneAgentStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void kubectlWorksThroughAnAgentThatJoinedByTokenAndAgainAfterItsRestart() throws IOException {
    Path data = world.newDirectory("agent").resolve("data");
    Path token = Files.createTempFile(data.getParent(), "token", "");
    String answer =
        world.cluster().command("tokens", "add", "kube", "--name=" + KUBE).orThrow().stdout();
    Matcher secret = TOKEN.matcher(answer);
    assertThat(secret.find()).as(answer).isTrue();
    Files.writeString(token, secret.group(1));
    String host;
    try (RunningProgram agent = agent(data, "--token-file=" + token)) {
      host = hostOf(agent);
      try (HeadlessShell session = open()) {
        Kubectl kubectl = session.kubectl();
        assertThat(kubectl.run("get", "namespaces", "--output=name").orThrow().stdout())
            .contains("namespace/kube-public");
        world.kubernetes().runPod("far-agent", "sleep", "300");
        ProgramResult exec = kubectl.run("exec", "far-agent", "--", "sh", "-c", "echo hi; exit 7");
        assertThat(exec.stdout()).as(exec.stderr()).isEqualTo("hi\n");
        assertThat(exec.exitCode()).isEqualTo(7);
        world.kubernetes().deletePod("far-agent");
        awaitAudit("\"server_id\":\"" + host + "\"", "\"event\":\"exec\"");
      }
    }
    Files.delete(token);
    try (RunningProgram agent = agent(data)) {
      assertThat(hostOf(agent)).isEqualTo(host);
      try (HeadlessShell session = open()) {
        assertThat(session.kubectl().run("get", "nodes", "--output=name").orThrow().stdout())
            .startsWith("node/");
      }
    }
  }

  private HeadlessShell open() {
    HeadlessShell session =
        HeadlessShell.ask(world, world.command().to(KUBE), world.environment("/bin/bash"));
    session.approve();
    session.awaitPrompt();
    return session;
  }

  private RunningProgram agent(Path data, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                world.program().resolveSibling("jtsh-cluster").toString(),
                "agent",
                "start",
                "--data-dir=" + data,
                "--proxy=" + world.cluster().proxy(),
                "--ca-file=" + world.cluster().webCa(),
                "--kubeconfig=" + KUBE + "=" + world.kubernetes().agentKubeconfig()));
    command.addAll(List.of(more));
    return RunningProgram.start(command, Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"));
  }

  private static String hostOf(RunningProgram agent) {
    Matcher host = HOST.matcher(agent.awaitStdout("is ready", StoryWorld.SOON));
    assertThat(host.find()).isTrue();
    return host.group(1);
  }

  private void awaitAudit(String... parts) throws IOException {
    long end = System.nanoTime() + StoryWorld.SOON.toNanos();
    while (Files.readAllLines(world.cluster().auditLog()).stream()
        .noneMatch(line -> List.of(parts).stream().allMatch(line::contains))) {
      assertThat(System.nanoTime()).as("no audit event with %s", List.of(parts)).isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }
}
