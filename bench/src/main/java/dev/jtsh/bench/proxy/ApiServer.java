// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench.proxy;

import dev.jtsh.bench.Measurements;
import dev.jtsh.bench.Scale;
import dev.jtsh.bench.proxy.LoadGenerator.Load;
import dev.jtsh.bench.proxy.Targets.Upstream;
import dev.jtsh.tests.kubernetes.KubernetesCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a proxy adds to a small request that a real kube-apiserver answers: half of the requests
 * take at most the p50, and what is added is the difference to the same round's direct requests.
 */
final class ApiServer {
  private static final String NAMESPACE = "/api/v1/namespaces/kube-system";
  private static final List<Load> LOADS =
      List.of(new Load("h1 c1", false, 1, 1), new Load("h2 c1", true, 1, 1));

  /** One request after the other would take minutes to warm a proxy: the API server is slower. */
  private static final List<Load> WARMING =
      List.of(new Load("h1 c16", false, 16, 1), new Load("h2 1x16", true, 1, 16));

  /** A cold proxy may take seconds for its first request. */
  private static final int FIRST_SECONDS = 4;

  private final Scale scale;
  private final Certificates certificates;

  ApiServer(Scale scale, Certificates certificates) {
    this.scale = scale;
    this.certificates = certificates;
  }

  void measure(LoadGenerator load, Measurements results) throws IOException, InterruptedException {
    Path work = Files.createDirectories(scale.work().resolve("apiserver"));
    try (KubernetesCluster kubernetes = KubernetesCluster.start()) {
      kubernetes.bindUser("bench", "cluster-admin");
      String user = Files.readString(kubernetes.userKubeconfig("bench"));
      Files.writeString(work.resolve("client.pem"), field(user, "client-certificate-data"));
      Files.writeString(work.resolve("client.key"), field(user, "client-key-data"));
      Files.writeString(work.resolve("ca.pem"), kubernetes.caPem());
      Upstream upstream = new Upstream(kubernetes.server().getPort(), "localhost", work);
      Targets start = new Targets(scale.in(work), certificates, upstream);
      Target direct =
          new Target(
              "direct",
              "https",
              upstream.port(),
              true,
              null,
              upstream.file("client.pem"),
              upstream.file("client.key"),
              upstream.file("ca.pem"));
      try (Target jtsh = start.jtsh();
          Target nginx = start.nginx()) {
        Map<String, Target> targets = new LinkedHashMap<>();
        for (Target target : List.of(direct, jtsh, nginx)) {
          targets.put(target.name(), target);
        }
        warmUp(load, targets);
        rounds(load, targets, results);
      }
    }
  }

  private void warmUp(LoadGenerator load, Map<String, Target> targets)
      throws IOException, InterruptedException {
    for (Load kind : WARMING) {
      for (Target target : targets.values()) {
        load.forSeconds(target, kind, NAMESPACE, scale.warmUpSeconds() + FIRST_SECONDS);
      }
    }
  }

  private void rounds(LoadGenerator load, Map<String, Target> targets, Measurements results)
      throws IOException, InterruptedException {
    for (int round = 1; round <= scale.rounds(); round++) {
      for (Load kind : LOADS) {
        double direct = 0;
        for (Target target : targets.values()) {
          double p50 = load.forSeconds(target, kind, NAMESPACE, scale.seconds()).p50Micros();
          if (target.name().equals("direct")) {
            direct = p50;
          }
          String name = "kube-apiserver p50 us " + kind.name();
          results.add(name, "us", target.name(), p50);
          if (p50 != direct) {
            results.add(name + " added", "us", target.name(), p50 - direct);
          }
        }
      }
    }
  }

  private static String field(String kubeconfig, String name) {
    Matcher found = Pattern.compile(name + ":\\s*\"?([A-Za-z0-9+/=]+)").matcher(kubeconfig);
    if (!found.find()) {
      throw new IllegalStateException("the kubeconfig has no " + name);
    }
    return new String(Base64.getDecoder().decode(found.group(1)), StandardCharsets.US_ASCII);
  }
}
