// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Name of a kube cluster (or of a Teleport cluster) as far as it is let in: it ends up in prompts,
 * shells, file names and kubeconfigs, so anything unusual is refused (security rule 15).
 *
 * @param value letters, digits, {@code . _ -}; 1 to 253 of them; not {@code .} or {@code ..}
 */
public record KubeClusterName(String value) implements Comparable<KubeClusterName> {
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]{1,253}");

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it is refused; the message shows it safely
   */
  public KubeClusterName {
    if (!isAllowed(value)) {
      throw new IllegalArgumentException(
          "cluster name \"%s\" is refused: it may hold only letters, digits, '.', '_' and '-'"
              .formatted(SafeText.of(value)));
    }
  }

  /** The name, if it is let in. */
  public static Optional<KubeClusterName> of(String value) {
    return isAllowed(value) ? Optional.of(new KubeClusterName(value)) : Optional.empty();
  }

  private static boolean isAllowed(String value) {
    return ALLOWED.matcher(value).matches() && !value.equals(".") && !value.equals("..");
  }

  @Override
  public int compareTo(KubeClusterName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
