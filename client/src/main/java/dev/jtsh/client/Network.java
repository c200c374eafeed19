// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How clusters are reached from this machine, and whom to believe on the way. */
public final class Network {
  private final WebTrust trust;
  private final HttpProxies proxies;
  private final Map<String, String> environment;
  private final Map<ProxyAddress, ClusterRoute> routes = new ConcurrentHashMap<>();

  private Network(WebTrust trust, HttpProxies proxies, Map<String, String> environment) {
    this.trust = trust;
    this.proxies = proxies;
    this.environment = environment;
  }

  /**
   * As the variables {@code HTTPS_PROXY}, {@code NO_PROXY} and {@code
   * TELEPORT_TLS_ROUTING_CONN_UPGRADE} say.
   *
   * @throws IllegalArgumentException with a message for the user if one is unusable
   */
  public static Network of(Map<String, String> environment, WebTrust trust) {
    String rule = environment.getOrDefault(UpgradeRule.VARIABLE, "");
    return new Network(trust, HttpProxies.of(environment), Map.of(UpgradeRule.VARIABLE, rule));
  }

  /** Whom to believe for web certificates. */
  public WebTrust trust() {
    return trust;
  }

  /** The HTTP proxy on the way to an address, if there is one. */
  public Optional<HttpProxy> httpProxy(String host, int port) {
    return proxies.forAddress(host, port);
  }

  /** The way to a proxy; the same object each time. */
  public ClusterRoute route(ProxyAddress address) {
    return routes.computeIfAbsent(
        address,
        to ->
            new ClusterRoute(
                to,
                proxies.forAddress(to.host(), to.port()),
                trust,
                UpgradeRule.said(environment, to)));
  }
}
