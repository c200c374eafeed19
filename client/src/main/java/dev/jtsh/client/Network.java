// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.text.SafeText;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How clusters are reached from this machine, and whom to believe on the way. */
public final class Network {
  private final WebTrust trust;
  private final HttpProxies proxies;
  private final Map<String, String> environment;
  private final CallLog calls;
  private final HostPins.ByProxy pins;
  private final Map<ProxyAddress, ClusterRoute> routes = new ConcurrentHashMap<>();

  private Network(
      WebTrust trust,
      HttpProxies proxies,
      Map<String, String> environment,
      CallLog calls,
      HostPins.ByProxy pins) {
    this.trust = trust;
    this.proxies = proxies;
    this.environment = environment;
    this.calls = calls;
    this.pins = pins;
  }

  /**
   * As the variables {@code HTTPS_PROXY}, {@code NO_PROXY} and {@code
   * TELEPORT_TLS_ROUTING_CONN_UPGRADE} say.
   *
   * @throws IllegalArgumentException with a message for the user if one is unusable
   */
  public static Network of(Map<String, String> environment, WebTrust trust) {
    return of(environment, trust, CallLog.silent());
  }

  /**
   * The same, with somebody who is told of all calls.
   *
   * @throws IllegalArgumentException with a message for the user if a variable is unusable
   */
  public static Network of(Map<String, String> environment, WebTrust trust, CallLog calls) {
    String rule = environment.getOrDefault(UpgradeRule.VARIABLE, "");
    return new Network(
        trust,
        HttpProxies.of(environment),
        Map.of(UpgradeRule.VARIABLE, rule),
        calls,
        proxy -> HostPins.NONE);
  }

  /** The same way to clusters whose host authority is known beforehand. */
  public Network withPins(HostPins.ByProxy known) {
    return new Network(trust, proxies, environment, calls, known);
  }

  /** What is known beforehand of the host authority behind a proxy. */
  public HostPins pins(ProxyAddress proxy) {
    return pins.of(proxy);
  }

  /** Who is told of calls. */
  CallLog calls() {
    return calls;
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
    return routes.computeIfAbsent(address, this::newRoute);
  }

  private ClusterRoute newRoute(ProxyAddress to) {
    Optional<HttpProxy> proxy = proxies.forAddress(to.host(), to.port());
    calls.say(
        SafeText.format(
            "the way to {}: {}",
            SafeText.ofHostName(to.hostPort()),
            proxy
                .map(p ->
                    SafeText.format(
                        "through the HTTP proxy {}",
                        SafeText.ofHostName(p.host() + ":" + p.port())))
                .orElse(SafeText.literal("no HTTP proxy"))));
    return new ClusterRoute(to, proxy, trust, UpgradeRule.said(environment, to));
  }
}
