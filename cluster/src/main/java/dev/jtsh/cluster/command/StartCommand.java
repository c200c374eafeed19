// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.cluster.config.ClusterConfig;
import dev.jtsh.cluster.config.ConfigOverrides;
import dev.jtsh.cluster.config.ConfigReader;
import dev.jtsh.cluster.config.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jtsh-cluster start}: auth, proxy and kube agent in this process, until it is stopped. */
@Command(name = "start", description = "Run a cluster in this process until SIGTERM or SIGINT.")
final class StartCommand extends ServiceCommand {
  private final ClusterStarter starter;

  @Option(names = "--data-dir", paramLabel = "DIR", description = "Keys, storage, command socket.")
  private @Nullable Path dataDirectory;

  @Option(names = "--listen", paramLabel = "HOST:PORT", description = "Where the one port listens.")
  private @Nullable HostPort listen;

  @Option(
      names = "--public-addr",
      paramLabel = "HOST:PORT",
      description = "Where users reach it; a host name.")
  private @Nullable HostPort publicAddress;

  @Option(names = "--cluster-name", paramLabel = "NAME", description = "Name of the cluster.")
  private @Nullable String clusterName;

  StartCommand(Outside outside, ClusterStarter starter) {
    super(outside);
    this.starter = starter;
  }

  @Override
  public Integer call() throws IOException {
    ClusterConfig settings =
        ConfigReader.read(
            config(),
            new ConfigOverrides(
                Optional.ofNullable(clusterName),
                Optional.ofNullable(dataDirectory),
                Optional.ofNullable(listen),
                Optional.ofNullable(publicAddress),
                kubernetes()));
    try (ClusterStarter.Running cluster = starter.start(settings, outside())) {
      announce(
          "jtsh-cluster is ready: %s listens on %s, users reach it at %s; %s"
              .formatted(
                  cluster.config().clusterName(),
                  cluster.config().listen(),
                  cluster.config().publicAddress(),
                  cluster.webTrust()));
      serve("jtsh-cluster");
    }
    return ExitCode.OK.status();
  }
}
