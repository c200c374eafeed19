// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.config.ClusterConfig;
import dev.jtsh.cluster.config.ConfigOverrides;
import dev.jtsh.cluster.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
  private static final Path PAGE =
      Path.of(System.getProperty("jtsh.root", ".."), "docs", "configuration.md");

  @Test
  void everyCodeStandsInTheDocuments() throws IOException {
    for (ExitCode code : ExitCode.values()) {
      assertThat(Files.readString(PAGE))
          .contains("| %d | %s |".formatted(code.status(), code.meaning()));
    }
  }

  @Test
  void documentedConfigurationIsAccepted() throws IOException {
    String page = Files.readString(PAGE);
    String yaml = page.substring(page.indexOf("```yaml\n") + 8);
    ClusterConfig config =
        ConfigReader.readText("page", yaml.substring(0, yaml.indexOf("```")), ConfigOverrides.NONE);

    assertThat(config.clusterName()).isEqualTo("example.com");
    assertThat(config.kubernetes()).hasSize(1);
  }
}
