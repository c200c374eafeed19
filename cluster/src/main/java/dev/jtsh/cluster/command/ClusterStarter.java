// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.cluster.config.ClusterConfig;
import java.io.IOException;

/** Starts a cluster in this process. */
@FunctionalInterface
public interface ClusterStarter {
  /** A cluster that serves. */
  interface Running extends AutoCloseable {
    /** The configuration with the ports that were chosen. */
    ClusterConfig config();

    /** How clients can trust the web port, for people. */
    String webTrust();

    /** Ends it; returns when its port is closed and its data is safe. */
    @Override
    void close();
  }

  /**
   * Starts and returns when it serves.
   *
   * @throws IOException if a port or file cannot be had; the message says which
   */
  Running start(ClusterConfig config, Outside outside) throws IOException;
}
