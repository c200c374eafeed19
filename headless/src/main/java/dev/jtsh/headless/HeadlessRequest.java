// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a headless session is asked for. Exactly one way of naming Kubernetes clusters is used: by
 * name, by labels, by a query, or all the user may use.
 *
 * @param user who shall approve; never guessed from the operating system
 * @param kubeClusters names; empty when one of the next three says which
 * @param labels all must fit
 * @param query Teleport's predicate expression
 * @param all every cluster the user may use
 * @param namespace Kubernetes namespaces the session is limited to, with commas between them; empty
 *     for no limit
 * @param duration how long the session shall last; the cluster may shorten it
 * @param host this machine's name, a claim shown to the approver
 * @param osUser the user's name on this machine, a claim shown to the approver
 * @param takesCode whether a person is at the terminal who can type what the approval may give
 */
public record HeadlessRequest(
    String user,
    List<KubeClusterName> kubeClusters,
    Map<String, String> labels,
    String query,
    boolean all,
    String namespace,
    Duration duration,
    String host,
    String osUser,
    boolean takesCode) {
  /** Without a person who could type a code. */
  public HeadlessRequest(
      String user,
      List<KubeClusterName> kubeClusters,
      Map<String, String> labels,
      String query,
      boolean all,
      String namespace,
      Duration duration,
      String host,
      String osUser) {
    this(user, kubeClusters, labels, query, all, namespace, duration, host, osUser, false);
  }

  /** Copies and checks. */
  public HeadlessRequest {
    kubeClusters = List.copyOf(kubeClusters);
    labels = Map.copyOf(labels);
    if (user.isEmpty()) {
      throw new IllegalArgumentException("user must be provided for headless login");
    }
    int ways =
        (kubeClusters.isEmpty() ? 0 : 1)
            + (labels.isEmpty() && query.isEmpty() ? 0 : 1)
            + (all ? 1 : 0);
    if (ways != 1) {
      throw new IllegalArgumentException(
          "name Kubernetes clusters, or give labels or a query, or ask for all");
    }
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException("the session's length must be more than nothing");
    }
  }

  HeadlessFactsJson facts() {
    var told =
        new HeadlessFactsJson(
            host,
            osUser,
            kubeClusters.stream().map(KubeClusterName::value).toList(),
            labels,
            query,
            all,
            namespace,
            duration);
    return takesCode ? told.takingCode() : told;
  }
}
