// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** However a cluster ends, it leaves no process and no file. */
@Timeout(180)
class ClusterEndIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(50);

  @Test
  void closedClusterLeavesNothing() throws IOException {
    KubernetesCluster cluster = KubernetesCluster.start();
    Path directory = cluster.directory();
    cluster.runPod("stubborn", "sh", "-c", "trap '' TERM HUP; setsid sleep 4711 & sleep 4711");
    assertThat(processesNaming(directory.toString())).isPositive();
    assertThat(processesNaming("sleep 4711")).isPositive();
    cluster.close();
    assertThat(directory).doesNotExist();
    assertThat(processesNaming(directory.toString())).isZero();
    assertThat(processesNaming("sleep 4711")).isZero();
  }

  @Test
  void clusterWhoseStarterIsKilledLeavesNothing(@TempDir Path scratch) throws Exception {
    KubernetesPrograms programs = KubernetesPrograms.build();
    Path directory = scratch.resolve("cluster");
    Map<String, String> environment = Map.of("PATH", System.getenv("PATH"));
    try (RunningProgram cluster =
        RunningProgram.start(programs.runCommand(directory), environment)) {
      cluster.awaitStdout("admin.kubeconfig", Duration.ofSeconds(150));
      // SIGKILL to the outer half: it can clean nothing up itself.
      ProcessHandle.of(cluster.pid()).orElseThrow().destroyForcibly();
    }
    await(() -> Files.notExists(directory) && processesNaming(directory.toString()) == 0);
  }

  @Test
  void directoryOfSomebodyElseIsLeftAlone(@TempDir Path scratch) throws IOException {
    Path precious = Files.writeString(scratch.resolve("precious"), "mine");
    List<String> command = KubernetesPrograms.build().runCommand(scratch);
    try (RunningProgram cluster = RunningProgram.start(command, Map.of())) {
      ProgramResult result = cluster.awaitEnd(LIMIT);
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.stderr()).contains("is not empty");
    }
    assertThat(precious).hasContent("mine");
  }

  /** Looks at the command lines, which name the directory in every process of the cluster. */
  private static long processesNaming(String text) {
    try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
      return processes.filter(p -> p.info().commandLine().orElse("").contains(text)).count();
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for " + LIMIT).isLessThan(end);
      Thread.sleep(POLL);
    }
  }
}
