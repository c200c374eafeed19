// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import java.util.Map;
import java.util.Set;

/**
 * Which requests may turn their connection into a stream (SPDY or WebSocket). Every other upgrade
 * is refused before it reaches an API server (security rule 5).
 */
public final class UpgradeTargets {
  /** Core resources and their subresources that stream. */
  private static final Map<String, Set<String>> SUBRESOURCES =
      Map.of(
          "pods", Set.of("exec", "attach", "portforward", "proxy"),
          "services", Set.of("proxy"),
          "nodes", Set.of("proxy"));

  private UpgradeTargets() {}

  /** Whether this request may upgrade: a GET or POST of one of the streaming subresources. */
  public static boolean mayUpgrade(KubeRequest request) {
    boolean opens = request.verb().equals("get") || request.verb().equals("create");
    return opens && isUpgradable(request);
  }

  /** Whether the request is for a streaming subresource, by whatever verb. */
  static boolean isUpgradable(KubeRequest request) {
    return request.apiGroup().isEmpty()
        && !request.name().isEmpty()
        && SUBRESOURCES.getOrDefault(request.resource(), Set.of()).contains(request.subresource());
  }
}
