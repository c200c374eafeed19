// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts open connections in all and by source. Thread-safe. */
final class ConnectionCounter {
  private static final int NETWORK_BYTES = 8;

  private final ProxyLimits limits;
  private final AtomicInteger all = new AtomicInteger();
  private final Map<InetAddress, Integer> bySource = new ConcurrentHashMap<>();

  ConnectionCounter(ProxyLimits limits) {
    this.limits = limits;
  }

  /** Counts one more; false, and nothing counted, where that would be one too many. */
  boolean enter(InetAddress address) {
    if (all.incrementAndGet() > limits.connections()) {
      all.decrementAndGet();
      return false;
    }
    InetAddress source = source(address);
    if (bySource.merge(source, 1, Integer::sum) > limits.connectionsPerSource()) {
      leave(address);
      return false;
    }
    return true;
  }

  /** Counts one less. */
  void leave(InetAddress address) {
    all.decrementAndGet();
    bySource.computeIfPresent(source(address), (source, count) -> count > 1 ? count - 1 : null);
  }

  /** One household or host usually has a whole /64. */
  private static InetAddress source(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] bytes = address.getAddress();
    Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("16 bytes are an address", e);
    }
  }
}
