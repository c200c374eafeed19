// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.kube.KubeClusterName;
import java.util.Map;

/**
 * A Kubernetes cluster the user may see.
 *
 * @param name its name in the Teleport cluster, checked
 * @param labels as the cluster tells them: foreign text
 */
public record KubeCluster(KubeClusterName name, Map<String, String> labels) {
  /** Copies the labels. */
  public KubeCluster {
    labels = Map.copyOf(labels);
  }
}
