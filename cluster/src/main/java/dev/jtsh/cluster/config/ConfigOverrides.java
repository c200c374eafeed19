// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the command line says; it wins over the file.
 *
 * @param clusterName if given
 * @param dataDirectory if given
 * @param listen if given
 * @param publicAddress if given
 * @param kubernetes added to those of the file
 */
public record ConfigOverrides(
    Optional<String> clusterName,
    Optional<Path> dataDirectory,
    Optional<HostPort> listen,
    Optional<HostPort> publicAddress,
    List<KubeSource> kubernetes) {
  /** Nothing is overridden. */
  public static final ConfigOverrides NONE =
      new ConfigOverrides(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of());

  /** Copies the list. */
  public ConfigOverrides {
    kubernetes = List.copyOf(kubernetes);
  }
}
