// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import java.time.Duration;

/**
 * Bounds of the proxy's port.
 *
 * @param connections open connections from the network, in all
 * @param connectionsPerSource the same from one IPv4 address or one IPv6 /64
 * @param helloTime from the accepted connection to the whole ClientHello
 */
public record ProxyLimits(int connections, int connectionsPerSource, Duration helloTime) {
  /** For a cluster of some thousand users, many of them behind one jump host. */
  public static final ProxyLimits DEFAULT = new ProxyLimits(20_000, 4_000, Duration.ofSeconds(10));

  /** Checks that every bound is positive. */
  public ProxyLimits {
    if (connections < 1 || connectionsPerSource < 1 || !helloTime.isPositive()) {
      throw new IllegalArgumentException("every limit of the proxy must be more than zero");
    }
  }
}
