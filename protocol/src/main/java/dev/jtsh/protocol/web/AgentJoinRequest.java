// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

/**
 * Body of {@code POST /webapi/jtsh/agent/join}, ours: a kube agent trades its join token for a host
 * certificate.
 *
 * @param token the token, good once
 * @param hostId the UUID under which the agent wants to be known
 * @param publicKey PEM, PKIX
 */
public record AgentJoinRequest(String token, String hostId, String publicKey) {
  /** Absent keys become empty values. */
  public AgentJoinRequest {
    token = Absent.text(token);
    hostId = Absent.text(hostId);
    publicKey = Absent.text(publicKey);
  }

  /** Hides the token. */
  @Override
  public String toString() {
    return "AgentJoinRequest(" + hostId + ", token hidden)";
  }
}
