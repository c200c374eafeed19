// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jtsh.nativebindings.CurrentUser;
import dev.jtsh.nativebindings.MemoryFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How programs in a session's shell reach the kubeconfig, and which sessions are refused. */
class SessionShellIT {
  private static final String CONTENT = "content of the kubeconfig";

  @TempDir Path directory;

  private List<String> run(boolean pathByPid, String script) throws IOException {
    Path out = directory.resolve("out");
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = CONTENT.getBytes(StandardCharsets.US_ASCII);
      MemorySegment content = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      try (MemoryFile file = MemoryFile.create("kubeconfig", content)) {
        SessionShell shell =
            new SessionShell(
                List.of("/bin/sh", "-c", script, "sh", out.toString()),
                file,
                Map.of("JTSH_SESSION", "id"),
                pathByPid);
        assertThat(shell.run().shellStatus()).isEqualTo(5);
      }
    }
    return Files.readAllLines(out);
  }

  /** A child that closes descriptor 3 is what Python, Node, Java and tmux have. */
  @Test
  void thePathByPidWorksWhereDescriptorThreeIsClosed() throws IOException {
    List<String> lines =
        run(
            true,
            "(exec 3<&-; cat \"$KUBECONFIG\"; echo; echo \"$KUBECONFIG $$\") >\"$1\"; exit 5");
    assertThat(lines.getFirst()).isEqualTo(CONTENT);
    assertThat(lines.get(1)).matches("/proc/([0-9]+)/fd/3 \\1");
  }

  @Test
  void elseTheDescriptorIsNamedAndThePathByPidIsBesideIt() throws IOException {
    List<String> lines =
        run(
            false,
            "(cat \"$KUBECONFIG\"; echo; exec 3<&-; cat \"$JTSH_KUBECONFIG\"; echo;"
                + " echo \"$KUBECONFIG $JTSH_SESSION\") >\"$1\"; exit 5");
    assertThat(lines).containsExactly(CONTENT, CONTENT, "/proc/self/fd/3 id");
  }

  @Test
  void thePathByPidIsNotForRoot() {
    assumeTrue(CurrentUser.uid() == 0, "only root is refused");
    for (String command : List.of("attach", "proxy kube c1 --headless --proxy=x --user=y")) {
      String[] words = (command + " --kubeconfig-path=pid").split(" ", -1);
      RunOfMain run = RunOfMain.of(directory, Instant.now(), Map.of(), words);
      assertThat(run.status).isEqualTo(ExitCode.USAGE.status());
      assertThat(run.err).contains("--kubeconfig-path=pid is not for root");
    }
  }

  @Test
  void aSessionInASessionNeedsTheWordForIt() {
    Map<String, String> inside = Map.of("JTSH_SESSION", "id");
    String[] command = {"--headless", "proxy", "kube", "c1"};
    RunOfMain refused = RunOfMain.of(directory, Instant.now(), inside, command);
    assertThat(refused.status).isEqualTo(ExitCode.USAGE.status());
    assertThat(refused.err).contains("or give --nested");

    String[] nested = {"--headless", "proxy", "kube", "c1", "--nested"};
    RunOfMain passed = RunOfMain.of(directory, Instant.now(), inside, nested);
    assertThat(passed.err).contains("missing proxy and user").doesNotContain("--nested");
  }

  @Test
  void withoutASessionTheCommandsForOneSayWhy() {
    RunOfMain exec = RunOfMain.of(directory, Instant.now(), Map.of(), "exec", "--", "true");
    assertThat(exec.status).isEqualTo(ExitCode.NO_SESSION.status());
    assertThat(exec.err).contains("XDG_RUNTIME_DIR is not set");
    assertThat(RunOfMain.of(directory, Instant.now(), Map.of(), "use", "c1").status)
        .isEqualTo(ExitCode.NO_SESSION.status());
    assertThat(RunOfMain.of(directory, Instant.now(), Map.of(), "env").status)
        .isEqualTo(ExitCode.NO_SESSION.status());
    assertThat(RunOfMain.of(directory, Instant.now(), Map.of(), "exec").status)
        .isEqualTo(ExitCode.USAGE.status());
  }
}
