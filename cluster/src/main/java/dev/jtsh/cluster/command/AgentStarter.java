// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.cluster.agent.AgentConfig;
import dev.jtsh.pki.HostIdentity;
import java.io.IOException;

/** Starts a kube agent in this process. */
@FunctionalInterface
public interface AgentStarter {
  /** An agent that serves, or waits for its cluster. */
  interface Running extends AutoCloseable {
    /** What its certificate says. */
    HostIdentity host();

    /** Whether it has reached its cluster. */
    boolean isReady();

    /** Ends it. */
    @Override
    void close();
  }

  /**
   * Starts; joins first where that has not been done.
   *
   * @throws IOException if a file cannot be had or the cluster cannot be reached to join
   */
  Running start(AgentConfig config, Outside outside) throws IOException;
}
