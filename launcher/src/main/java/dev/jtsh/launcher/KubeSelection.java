// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.MlockMode;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code proxy kube} was asked for, checked.
 *
 * @param kubeClusters names; empty when labels, a query or all say which
 * @param labels all must fit
 * @param query Teleport's predicate expression
 * @param all every kube cluster the user may use
 * @param namespace those the session is limited to, with commas between them; empty for no limit
 * @param contextTemplate how contexts of the kubeconfig are named
 * @param as Kubernetes user to act as
 * @param asGroups Kubernetes groups to act with
 * @param port the local proxy's; 0 = any free one
 * @param length wanted; empty = as long as the cluster gives
 * @param mlock what to do when a secret cannot be locked in memory
 * @param manners how the session behaves
 * @param command to run in place of a shell; empty = a shell
 */
record KubeSelection(
    List<KubeClusterName> kubeClusters,
    Map<String, String> labels,
    String query,
    boolean all,
    String namespace,
    String contextTemplate,
    Optional<String> as,
    List<String> asGroups,
    int port,
    Optional<Duration> length,
    MlockMode mlock,
    SessionManners manners,
    List<String> command) {
  KubeSelection {
    kubeClusters = List.copyOf(kubeClusters);
    labels = Map.copyOf(labels);
    asGroups = List.copyOf(asGroups);
    command = List.copyOf(command);
  }
}
