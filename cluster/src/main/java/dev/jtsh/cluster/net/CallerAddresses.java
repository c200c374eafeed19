// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.net;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Maps the client end of an in-process connection to the address of the peer whose bytes it
 * carries. The proxy writes (before the first byte goes over the connection), auth reads: there the
 * key is the connection's remote address. Thread-safe.
 */
public final class CallerAddresses {
  private final Map<SocketAddress, InetSocketAddress> callers = new ConcurrentHashMap<>();

  /**
   * Records that {@code clientEnd} speaks for {@code caller}.
   *
   * @throws IllegalStateException if the end is already taken: a name is used once
   */
  public void put(SocketAddress clientEnd, InetSocketAddress caller) {
    if (callers.putIfAbsent(clientEnd, caller) != null) {
      throw new IllegalStateException("two connections share the local name " + clientEnd);
    }
  }

  /**
   * The real address behind {@code clientEnd}: what was recorded, or the address itself where the
   * peer connected over the network, or empty for an unknown in-process peer.
   */
  public Optional<InetSocketAddress> get(SocketAddress clientEnd) {
    if (clientEnd instanceof InetSocketAddress network) {
      return Optional.of(network);
    }
    return Optional.ofNullable(callers.get(clientEnd));
  }

  /** Forgets a connection that has closed; unknown ends are ignored. */
  public void remove(SocketAddress clientEnd) {
    callers.remove(clientEnd);
  }
}
