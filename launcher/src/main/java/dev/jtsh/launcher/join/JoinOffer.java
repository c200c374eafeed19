// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.join;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * What a session tells whoever joins it.
 *
 * @param session its id
 * @param kubeCluster the current Kubernetes cluster
 * @param expires the end of access, RFC 3339
 * @param shell process that has the kubeconfig as descriptor 3; 0 while there is none
 * @param kubeconfigBytes how long the kubeconfig behind this is; 0 for none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record JoinOffer(
    @JsonProperty("session") String session,
    @JsonProperty("kube_cluster") String kubeCluster,
    @JsonProperty("expires") String expires,
    @JsonProperty("shell") int shell,
    @JsonProperty("kubeconfig_bytes") int kubeconfigBytes) {
  /** More than 500 clusters take. */
  static final int KUBECONFIG_BYTES_MAX = 4 << 20;

  /** Checks: what comes from here is printed for shells to evaluate (rule 15). */
  public JoinOffer {
    if (!session.matches("[A-Za-z0-9-]{1,64}") || KubeClusterName.of(kubeCluster).isEmpty()) {
      throw new IllegalArgumentException("an offer with a strange name");
    }
    try {
      expires = Instant.parse(expires).toString();
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("an offer without an end", e);
    }
    if (shell < 0 || kubeconfigBytes < 0 || kubeconfigBytes > KUBECONFIG_BYTES_MAX) {
      throw new IllegalArgumentException("an offer out of bounds");
    }
  }

  JoinOffer with(int bytes) {
    return new JoinOffer(session, kubeCluster, expires, shell, bytes);
  }
}
