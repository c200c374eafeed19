// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import java.util.List;

/**
 * Answer to {@link AgentJoinRequest}.
 *
 * @param clusterName the cluster the agent belongs to now
 * @param certificate PEM, the agent's
 * @param hostAuthority PEM: whom to believe to be a host of the cluster
 * @param userAuthority PEM: whom to believe to be a user of the cluster
 * @param kubeClusters the only names the agent may serve
 */
public record AgentJoinResponse(
    String clusterName,
    String certificate,
    String hostAuthority,
    String userAuthority,
    List<String> kubeClusters) {
  /** Absent keys become empty values. */
  public AgentJoinResponse {
    clusterName = Absent.text(clusterName);
    certificate = Absent.text(certificate);
    hostAuthority = Absent.text(hostAuthority);
    userAuthority = Absent.text(userAuthority);
    kubeClusters = Absent.list(kubeClusters);
  }
}
