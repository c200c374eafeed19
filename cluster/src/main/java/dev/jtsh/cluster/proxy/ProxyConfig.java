// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import java.net.InetSocketAddress;

/**
 * What the proxy is told.
 *
 * @param listen address and port of the one TLS port; port 0 takes a free one
 * @param clusterName name of the cluster it belongs to
 * @param limits bounds of the port
 */
public record ProxyConfig(InetSocketAddress listen, String clusterName, ProxyLimits limits) {}
