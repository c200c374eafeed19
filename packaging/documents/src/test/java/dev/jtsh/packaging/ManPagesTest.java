// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.launcher.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packages say about the commands. */
final class ManPagesTest {
  private final Path directory;

  ManPagesTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    Documents.main(new String[] {directory.toString()});
  }

  @Test
  void everyExitCodeOfJtshStandsInItsManPage() throws IOException {
    String page = page("jtsh");
    for (ExitCode code : ExitCode.values()) {
      assertThat(page).contains("*" + code.status() + "*::\n  " + code.meaning() + "\n");
    }
  }

  @Test
  void everyExitCodeOfTheClusterStandsInItsManPage() throws IOException {
    String page = page("jtsh-cluster");
    for (dev.jtsh.cluster.command.ExitCode code : dev.jtsh.cluster.command.ExitCode.values()) {
      assertThat(page).contains("*" + code.status() + "*::\n  " + code.meaning() + "\n");
    }
  }

  private String page(String program) throws IOException {
    return Files.readString(directory.resolve(program + "/man/" + program + ".adoc"));
  }
}
