// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.cluster.config.ClusterConfig;
import dev.jtsh.cluster.config.ConfigOverrides;
import dev.jtsh.cluster.config.ConfigReader;
import dev.jtsh.cluster.config.HostPort;
import dev.jtsh.cluster.config.KubeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jtsh-cluster start}: auth, proxy and kube agent in this process, until it is stopped. */
@Command(name = "start", description = "Run a cluster in this process until SIGTERM or SIGINT.")
final class StartCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterStarter starter;

  @Option(names = "--config", paramLabel = "FILE", description = "YAML configuration file.")
  private @Nullable Path config;

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

  @Option(
      names = "--kubeconfig",
      paramLabel = "NAME=FILE",
      description = "Serve this Kubernetes cluster under that name; may be repeated.")
  private List<KubeSource> kubernetes = new ArrayList<>();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean unusedHelp; // picocli sets it and acts on it.

  StartCommand(Outside outside, ClusterStarter starter) {
    this.outside = outside;
    this.starter = starter;
  }

  @Override
  public Integer call() throws IOException {
    ClusterConfig settings =
        ConfigReader.read(
            Optional.ofNullable(config),
            new ConfigOverrides(
                Optional.ofNullable(clusterName),
                Optional.ofNullable(dataDirectory),
                Optional.ofNullable(listen),
                Optional.ofNullable(publicAddress),
                kubernetes));
    try (ClusterStarter.Running cluster = starter.start(settings, outside)) {
      outside
          .out()
          .printf(
              "jtsh-cluster is ready: %s listens on %s, users reach it at %s; %s%n",
              cluster.config().clusterName(),
              cluster.config().listen(),
              cluster.config().publicAddress(),
              cluster.webTrust());
      outside.out().flush();
      ServiceNotice notice = new ServiceNotice(outside.environment());
      notice.ready();
      outside.stop().toCompletableFuture().join();
      notice.stopping();
      outside.err().println("jtsh-cluster stops.");
      outside.err().flush();
    }
    return ExitCode.OK.status();
  }
}
