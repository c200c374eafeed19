// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TAB behind {@code jtsh proxy kube}, in real shells, without any program of ours. */
final class ClusterNamesIT {
  private final Path directory;

  ClusterNamesIT(@TempDir Path directory) throws IOException {
    this.directory = directory;
    Documents.main(new String[] {directory.toString()});
    Path names = Files.createDirectories(directory.resolve(".tsh/keys/proxy.example/alice-kube"));
    Files.writeString(names.resolve("jtsh-names"), "prod\npreview\nx$(touch hacked)\n\ntest\n");
  }

  @Test
  void bashCompletesNamesOfClusters() throws Exception {
    String script =
        """
        . jtsh/completion/bash
        COMP_WORDS=(jtsh proxy kube pr) COMP_CWORD=3
        _complete_jtsh_with_clusters; printf '%s\\n' "${COMPREPLY[@]}"
        COMP_WORDS=(jtsh headless ls pr) COMP_CWORD=3
        _complete_jtsh_with_clusters; printf 'else=%s\\n' "${COMPREPLY[*]}"
        COMP_WORDS=(jtsh st) COMP_CWORD=1
        _complete_jtsh_with_clusters; printf 'command=%s\\n' "${COMPREPLY[*]}"
        """;
    assertThat(run("bash", "--norc", "-c", script))
        .contains("prod\npreview\n", "else=\n", "command=status\n")
        .doesNotContain("test", "hacked");
    assertNothingRan();
  }

  @Test
  void zshListsNamesOfClusters() throws Exception {
    String script =
        """
        compadd() { printf '%s\\n' "${names[@]}"; }
        _arguments() { true; }
        . ./jtsh/completion/zsh >/dev/null
        _jtsh_clusters
        """;
    assertThat(run("zsh", "-f", "-c", script)).isEqualTo("prod\npreview\ntest\n");
    assertNothingRan();
  }

  @Test
  void fishCompletesNamesOfClusters() throws Exception {
    String script = "source jtsh/completion/fish; complete -C 'jtsh proxy kube pr'";
    assertThat(run("fish", "--no-config", "-c", script))
        .contains("prod", "preview")
        .doesNotContain("test", "hacked");
    assertNothingRan();
  }

  private void assertNothingRan() {
    assertThat(directory.resolve("hacked")).doesNotExist();
  }

  private String run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(List.of(command)).directory(directory.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().put("HOME", directory.toString());
    builder.redirectErrorStream(true);
    Path out = directory.resolve("out");
    Process process = builder.redirectOutput(out.toFile()).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(out, StandardCharsets.UTF_8);
  }
}
