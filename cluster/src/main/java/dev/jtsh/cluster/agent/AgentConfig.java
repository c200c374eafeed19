// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.agent;

import dev.jtsh.cluster.config.ConfigException;
import dev.jtsh.cluster.config.HostPort;
import dev.jtsh.cluster.config.KubeSource;
import dev.jtsh.cluster.config.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an agent on a host of its own is told.
 *
 * @param dataDirectory where its key and certificates are
 * @param proxy the cluster's one port
 * @param tokenFile holds the join token, needed at the first start only
 * @param caFile whom to believe to be the web port when joining; the system's authorities if empty
 * @param kubernetes the Kubernetes clusters it serves
 */
public record AgentConfig(
    Path dataDirectory,
    HostPort proxy,
    Optional<Path> tokenFile,
    Optional<Path> caFile,
    List<KubeSource> kubernetes) {
  /** Where the data is when nobody says otherwise. */
  public static final Path DEFAULT_DATA_DIRECTORY = Path.of("/var/lib/jtsh-agent");

  private static final String[] KEYS = {"data_dir", "proxy", "token_file", "ca_file", "kubernetes"};

  /** Copies the list. */
  public AgentConfig {
    kubernetes = List.copyOf(kubernetes);
  }

  /**
   * What the command line says; it wins over the file.
   *
   * @param kubernetes added to those of the file
   */
  public record Overrides(
      Optional<Path> dataDirectory,
      Optional<HostPort> proxy,
      Optional<Path> tokenFile,
      Optional<Path> caFile,
      List<KubeSource> kubernetes) {
    /** Copies the list. */
    public Overrides {
      kubernetes = List.copyOf(kubernetes);
    }
  }

  /**
   * Reads file and command line.
   *
   * @throws ConfigException if they cannot be used; the message says where
   */
  public static AgentConfig read(Optional<Path> file, Overrides overrides) {
    Section section =
        file.map(path -> Section.open(path, KEYS))
            .orElseGet(() -> Section.open("(no file)", "", List.of(KEYS)));
    List<KubeSource> kubernetes = new ArrayList<>(KubeSource.list(section));
    for (KubeSource added : overrides.kubernetes()) {
      if (kubernetes.stream().anyMatch(known -> known.name().equals(added.name()))) {
        throw new ConfigException("kube cluster \"" + added.name() + "\" is named twice");
      }
      kubernetes.add(added);
    }
    if (kubernetes.isEmpty()) {
      throw new ConfigException(
          "an agent needs a Kubernetes cluster: \"kubernetes\" in its file, or --kubeconfig");
    }
    return new AgentConfig(
        overrides
            .dataDirectory()
            .or(() -> section.text("data_dir").map(Path::of))
            .orElse(DEFAULT_DATA_DIRECTORY)
            .toAbsolutePath()
            .normalize(),
        overrides
            .proxy()
            .or(() -> section.parsed("proxy", HostPort::parse))
            .orElseThrow(() ->
                new ConfigException("an agent needs the proxy's address: \"proxy\", or --proxy")),
        overrides.tokenFile().or(() -> section.text("token_file").map(Path::of)),
        overrides.caFile().or(() -> section.text("ca_file").map(Path::of)),
        kubernetes);
  }
}
