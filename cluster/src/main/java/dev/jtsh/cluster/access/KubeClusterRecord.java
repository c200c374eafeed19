// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.access;

import java.util.Map;

/**
 * A Kubernetes cluster that some agent serves now.
 *
 * @param name its name in this cluster, unique
 * @param labels what roles and users select it by
 */
public record KubeClusterRecord(String name, Map<String, String> labels) {

  /** Copies the labels. */
  public KubeClusterRecord {
    labels = Map.copyOf(labels);
  }
}
