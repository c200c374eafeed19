// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.protocol.kube.KubeClusterName;
import java.util.List;

/**
 * One context of the kubeconfig.
 *
 * @param name what the user types after {@code --context}
 * @param kubeCluster the kube cluster it reaches
 */
public record KubeconfigContext(String name, KubeClusterName kubeCluster) {
  /** The default form of a context's name. */
  public static final String DEFAULT_TEMPLATE = "{{.ClusterName}}-{{.KubeName}}";

  private static final String TELEPORT = "{{.ClusterName}}";
  private static final String KUBE = "{{.KubeName}}";
  private static final int MAX_NAME = 520;

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it is empty, very long, or holds control characters
   */
  public KubeconfigContext {
    if (name.isEmpty() || name.length() > MAX_NAME || name.chars().anyMatch(c -> c < 0x20)) {
      throw new IllegalArgumentException("a context needs a name of plain characters");
    }
  }

  /**
   * Names a context for each kube cluster.
   *
   * @param template as {@code --set-context-name} of tsh has it, with {@code {{.ClusterName}}} and
   *     {@code {{.KubeName}}}
   * @throws IllegalArgumentException if several contexts would have the same name
   */
  public static List<KubeconfigContext> named(
      String template, KubeClusterName teleportCluster, List<KubeClusterName> kubeClusters) {
    if (kubeClusters.size() > 1 && !template.contains(KUBE)) {
      throw new IllegalArgumentException(
          "with several kube clusters the context name must contain " + KUBE);
    }
    return kubeClusters.stream()
        .map(kube ->
            new KubeconfigContext(
                template.replace(TELEPORT, teleportCluster.value()).replace(KUBE, kube.value()),
                kube))
        .toList();
  }
}
