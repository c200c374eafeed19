// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jtsh.cluster.admin.AdminClient;
import dev.jtsh.cluster.admin.AdminRequest;
import dev.jtsh.cluster.config.ClusterConfig;
import dev.jtsh.cluster.config.ConfigOverrides;
import dev.jtsh.cluster.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster to ask and how to print its answer. */
final class AskOptions {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Data directory of the running cluster (default: /var/lib/jtsh-cluster).")
  private @Nullable Path dataDirectory;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Its configuration file, for the data directory.")
  private @Nullable Path config;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "text, json or yaml (default: text).")
  private OutputFormat format = OutputFormat.text;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean unusedHelp; // picocli sets it and acts on it.

  JsonNode ask(AdminRequest request) throws IOException, AdminClient.NotRunningException {
    return new AdminClient(directory()).ask(request);
  }

  /** Where the answer goes, in the format that was asked for. */
  Answers answers(Outside outside) {
    return new Answers(outside.out(), format);
  }

  OutputFormat format() {
    return format;
  }

  private Path directory() {
    if (dataDirectory != null) {
      return dataDirectory.toAbsolutePath().normalize();
    }
    return config == null
        ? ClusterConfig.DEFAULT_DATA_DIRECTORY
        : ConfigReader.read(Optional.of(config), ConfigOverrides.NONE).dataDirectory();
  }
}
