// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import java.net.InetSocketAddress;

/** Addresses as they stand in certificates and events. */
final class Addresses {

  private Addresses() {}

  /** The IP address without port or scope; empty when unknown. */
  static String ip(InetSocketAddress remote) {
    if (remote.getAddress() == null) {
      return "";
    }
    String text = remote.getAddress().getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }

  /** {@code ip:port}, IPv6 in brackets; empty when unknown. */
  static String ipAndPort(InetSocketAddress remote) {
    String ip = ip(remote);
    if (ip.isEmpty()) {
      return "";
    }
    return (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + remote.getPort();
  }
}
