// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.pki.tls.TrustAnchors;

/**
 * The cluster's kube endpoint, and how it proves to be it.
 *
 * @param host host name or address of the proxy, without brackets
 * @param port its port
 * @param serverName what to send as SNI: {@code kube-teleport-proxy-alpn.<host>}
 * @param verifiedName the name its certificate must have; usually the server name
 * @param anchors who may have signed that certificate: the cluster's host authorities
 */
public record UpstreamTarget(
    String host, int port, String serverName, String verifiedName, TrustAnchors anchors) {
  /** Checks the port. */
  public UpstreamTarget {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("no TCP port: " + port);
    }
  }

  /** What requests carry as their host. */
  public String authority() {
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == 443 ? name : name + ":" + port;
  }
}
