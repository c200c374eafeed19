// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.cluster.config.KubeSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands share that serve Kubernetes clusters until they are stopped. */
abstract class ServiceCommand implements Callable<Integer> {
  private final Outside outside;

  @Option(names = "--config", paramLabel = "FILE", description = "YAML configuration file.")
  private @Nullable Path config;

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

  ServiceCommand(Outside outside) {
    this.outside = outside;
  }

  final Outside outside() {
    return outside;
  }

  final Optional<Path> config() {
    return Optional.ofNullable(config);
  }

  final List<KubeSource> kubernetes() {
    return List.copyOf(kubernetes);
  }

  /** Tells a person, or who reads the output, that it serves. */
  final void announce(String line) {
    outside.out().println(line);
    outside.out().flush();
  }

  /** Serves until the program is to end; the service manager is told of both. */
  final void serve(String name) {
    ServiceNotice notice = new ServiceNotice(outside.environment());
    notice.ready();
    outside.stop().toCompletableFuture().join();
    notice.stopping();
    outside.err().println(name + " stops.");
    outside.err().flush();
  }
}
