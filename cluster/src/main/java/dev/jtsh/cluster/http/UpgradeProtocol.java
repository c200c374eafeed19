// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Optional;

/** What a connection to Kubernetes may turn into. Everything else is refused, h2c too. */
public enum UpgradeProtocol {
  WEBSOCKET("websocket"),
  SPDY_3_1("SPDY/3.1");

  private final String token;

  UpgradeProtocol(String token) {
    this.token = token;
  }

  /** The word in the {@code Upgrade} header. */
  public String token() {
    return token;
  }

  /** The protocol of this name, in any letter case. */
  public static Optional<UpgradeProtocol> named(String token) {
    for (UpgradeProtocol protocol : values()) {
      if (protocol.token.equalsIgnoreCase(token)) {
        return Optional.of(protocol);
      }
    }
    return Optional.empty();
  }

  /** What an HTTP/1.1 request asks for. */
  static Wish wish(HttpHeaders headers) {
    List<String> upgrades = headers.getAll(HttpHeaderNames.UPGRADE);
    boolean announced =
        headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
    if (upgrades.isEmpty() && !announced) {
      return new Wish(Optional.empty(), false);
    }
    Optional<UpgradeProtocol> protocol =
        upgrades.size() == 1 ? named(upgrades.getFirst().strip()) : Optional.empty();
    return announced && protocol.isPresent()
        ? new Wish(protocol, false)
        : new Wish(Optional.empty(), true);
  }

  /**
   * The wish of one request.
   *
   * @param protocol what it asks for; empty when it asks for nothing
   * @param malformed it asks for something that is not served
   */
  record Wish(Optional<UpgradeProtocol> protocol, boolean malformed) {}
}
