// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.tunnel;

import java.util.List;

/**
 * What an agent answers when the proxy asks what it serves: the body of {@link #PATH}.
 *
 * @param kubeClusters names of kube clusters
 */
public record Registration(List<String> kubeClusters) {
  /** Asked once per connection, without a user's certificate. */
  public static final String PATH = "/jtsh/registration";

  /** Copies the names; a missing list is an empty one. */
  public Registration {
    kubeClusters = kubeClusters == null ? List.of() : List.copyOf(kubeClusters);
  }
}
