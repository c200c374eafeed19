// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.jtsh.protocol.kube.BadKubeRequestException;
import dev.jtsh.protocol.kube.KubeRequest;
import dev.jtsh.protocol.kube.UpgradeTargets;
import java.util.List;

/** The target of a request: what is let through has one reading only (security rule 7). */
public final class KubeRequestTarget {
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "get");

  private KubeRequestTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    String method = data.pickValue(METHODS);
    KubeRequest request;
    try {
      request = KubeRequest.parse(method, data.consumeRemainingAsString());
    } catch (BadKubeRequestException e) {
      return;
    }
    if (UpgradeTargets.mayUpgrade(request) && !request.isWrite()) {
      throw new AssertionError("a stream into a pod counts as reading: " + request);
    }
    List<String> segments = List.of(request.path().substring(1).split("/", -1));
    boolean plain = segments.stream().noneMatch(s -> s.equals(".") || s.equals(".."));
    boolean whole = request.path().equals("/") || !segments.contains("");
    if (!request.path().startsWith("/") || !plain || !whole) {
      throw new AssertionError("a path with two readings: " + request.path());
    }
  }
}
