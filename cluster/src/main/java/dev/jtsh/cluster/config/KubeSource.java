// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import dev.jtsh.protocol.kube.KubeClusterName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A Kubernetes cluster this process serves itself.
 *
 * @param name its name for users
 * @param kubeconfig how the agent reaches it
 * @param context context of that file; its current one if empty
 * @param labels what roles and users select it by
 */
public record KubeSource(
    KubeClusterName name, Path kubeconfig, Optional<String> context, Map<String, String> labels) {
  /** Copies the labels. */
  public KubeSource {
    labels = Map.copyOf(labels);
  }

  /**
   * Reads the list under {@code kubernetes}.
   *
   * @throws ConfigException if it cannot be used
   */
  public static List<KubeSource> list(Section file) {
    List<KubeSource> sources = new ArrayList<>();
    Set<KubeClusterName> names = new HashSet<>();
    for (Section entry : file.sections("kubernetes", "name", "kubeconfig", "context", "labels")) {
      entry.requiredText("name");
      KubeClusterName name = entry.parsed("name", KubeClusterName::new).orElseThrow();
      if (!names.add(name)) {
        throw entry.error("name", "kube cluster \"" + name + "\" is named twice");
      }
      sources.add(
          new KubeSource(
              name,
              Path.of(entry.requiredText("kubeconfig")).toAbsolutePath(),
              entry.text("context"),
              entry.textMap("labels")));
    }
    return sources;
  }

  /**
   * Reads the form of the command line, {@code NAME=FILE}.
   *
   * @throws IllegalArgumentException if it is another
   */
  public static KubeSource parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1 || equals == text.length() - 1) {
      throw new IllegalArgumentException("write NAME=FILE, such as prod=/etc/jtsh/prod.kubeconfig");
    }
    return new KubeSource(
        new KubeClusterName(text.substring(0, equals)),
        Path.of(text.substring(equals + 1)),
        Optional.empty(),
        Map.of());
  }
}
