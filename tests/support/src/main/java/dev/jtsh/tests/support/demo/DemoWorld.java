// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.demo;

import dev.jtsh.tests.kubernetes.KubernetesCluster;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.RunningCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All a demo needs: Kubernetes, jtsh-cluster in front of it, and the user {@code demo}, who is
 * logged in on a "laptop" with a software key. Closed in the opposite order.
 */
final class DemoWorld implements AutoCloseable {
  static final String USER = "demo";
  static final String KUBE = "demo";
  private static final String GROUP = "jtsh-demo";
  private static final String PASSWORD = "only for the demo on this machine";

  private final DemoPlace place;
  private final @Nullable KubernetesCluster kubernetes;
  private final RunningCluster cluster;
  private final Laptop laptop;

  private DemoWorld(
      DemoPlace place,
      @Nullable KubernetesCluster kubernetes,
      RunningCluster cluster,
      Laptop laptop) {
    this.place = place;
    this.kubernetes = kubernetes;
    this.cluster = cluster;
    this.laptop = laptop;
  }

  /** Builds it up. */
  static DemoWorld start(Path root, Optional<Path> kubeconfig, DemoSteps steps) throws IOException {
    DemoPlace place = DemoPlace.create();
    KubernetesCluster kubernetes = null;
    RunningCluster cluster = null;
    boolean ready = false;
    try {
      if (kubeconfig.isEmpty()) {
        kubernetes = KubernetesCluster.start();
        kubernetes.bindGroup(GROUP, "cluster-admin");
        kubernetes.runPod("demo");
        steps.done("Kubernetes runs: kube-apiserver, etcd and a kubelet endpoint");
      }
      Path agentConfig =
          kubernetes != null ? kubernetes.agentKubeconfig() : kubeconfig.orElseThrow();
      Path data = Files.createDirectory(DemoPlace.path("cluster"));
      cluster = RunningCluster.start(root, data, "demo-cluster", Map.of(KUBE, agentConfig));
      steps.done("jtsh-cluster serves on " + cluster.proxy());
      Laptop laptop = enrol(place, cluster, kubernetes != null ? GROUP : "system:masters");
      steps.done("user demo has a role and is logged in on the \"laptop\" with a security key");
      ready = true;
      return new DemoWorld(place, kubernetes, cluster, laptop);
    } finally {
      if (!ready) {
        close(place, kubernetes, cluster);
      }
    }
  }

  private static Laptop enrol(DemoPlace place, RunningCluster cluster, String group)
      throws IOException {
    Path role = DemoPlace.path("role.yaml");
    Files.writeString(
        role,
        """
        kind: role
        version: v7
        metadata:
          name: access
        spec:
          allow:
            kubernetes_labels:
              "*": "*"
            kubernetes_groups: ["%s"]
        """
            .formatted(group));
    cluster.addRole(role);
    String invite = cluster.addUser(USER, "access");
    Path home = Files.createDirectory(DemoPlace.path("laptop"));
    place.write("proxy", cluster.proxy());
    place.write("ca", cluster.webCa().toString());
    Laptop laptop = new Laptop(home, cluster.proxy(), USER, cluster.webCa());
    laptop.signUp(invite, PASSWORD).orThrow();
    laptop.logIn(PASSWORD).orThrow();
    return laptop;
  }

  /** The command line of the session. */
  List<String> sessionCommand(Path root) {
    return List.of(
        root.resolve("jtsh").toString(),
        "--headless",
        "proxy",
        "kube",
        KUBE,
        "--proxy=" + cluster.proxy(),
        "--user=" + USER,
        "--ca-file=" + cluster.webCa());
  }

  Laptop laptop() {
    return laptop;
  }

  /** The directory of the kubectl that fits, when Kubernetes is ours. */
  Optional<Path> kubectlDirectory() {
    return Optional.ofNullable(kubernetes).map(own -> own.kubectl().getParent());
  }

  @Override
  public void close() {
    close(place, kubernetes, cluster);
  }

  private static void close(
      DemoPlace place, @Nullable KubernetesCluster kubernetes, @Nullable RunningCluster cluster) {
    try (place) {
      if (cluster != null) {
        cluster.close();
      }
      if (kubernetes != null) {
        kubernetes.close();
      }
    }
  }
}
