// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.kubernetes;

/**
 * One cluster for all tests of a JVM: it takes seconds and half a gigabyte. Tests that share it
 * name their pods, users and groups so that they do not meet.
 */
public final class SharedKubernetes {
  private SharedKubernetes() {}

  /** Starts the cluster at the first call; it ends with the JVM. */
  public static KubernetesCluster get() {
    return Holder.CLUSTER;
  }

  private static final class Holder {
    static final KubernetesCluster CLUSTER = startForThisJvm();

    private static KubernetesCluster startForThisJvm() {
      KubernetesCluster cluster = KubernetesCluster.start();
      // A JVM that is killed runs no hook; then the end of the pipe does the same.
      Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "kubernetes end"));
      return cluster;
    }
  }
}
