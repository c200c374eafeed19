// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.KubeCluster;
import dev.jtsh.client.Network;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

/** {@code jtsh proxy kube} and {@code jtsh kubectl} with the login of this machine. */
final class HeldKubeSession {
  private static final int CLUSTERS_MAX = 500;

  private final Outside outside;
  private final Settings settings;
  private final Network network;
  private final FailureReport failures;

  HeldKubeSession(Outside outside, Settings settings) {
    this.outside = outside;
    this.settings = settings;
    this.network = new ClusterCalls(outside).network(settings);
    this.failures = new FailureReport(outside.console());
  }

  /**
   * Runs it to its end.
   *
   * @param one whether several clusters are too many
   */
  int run(KubeSelection selection, boolean one) {
    try {
      MachineLogin login = MachineLogin.of(outside, settings);
      KubeFacts facts = facts(login, selection.labels(), selection.query());
      List<KubeClusterName> chosen = chosen(facts.kubeClusters(), selection.kubeClusters());
      if (one && chosen.size() > 1) {
        throw new SettingsException(
            "several Kubernetes clusters: say which with --kube-cluster NAME, TELEPORT_KUBE_CLUSTER"
                + " or --context; \"jtsh kube ls\" lists them");
      }
      KubeFacts limited = facts.on(chosen);
      KubeAccess.Opener opener =
          (voice, desk) ->
              new HeldLogin(
                  outside, network, login.profiles(), limited, selection.length(), voice, desk);
      String id = new UUID(outside.random().nextLong(), outside.random().nextLong()).toString();
      return new KubeShellSession(
              outside,
              selection,
              limited,
              opener,
              network.route(limited.discovery().proxy()),
              id,
              failures)
          .run();
    } catch (NoKubeClusterException e) {
      return failures.of(ExitCode.NO_KUBE_CLUSTER, e.reason).status();
    } catch (NotLoggedInException e) {
      return notLoggedIn(e).status();
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }

  /** The clusters the user may see, with their labels. */
  List<KubeCluster> list(Map<String, String> labels, String query)
      throws ClientException, NotLoggedInException {
    MachineLogin login = MachineLogin.of(outside, settings);
    List<KubeCluster> found =
        login.reach(cluster -> cluster.auth().listKubeClusters(labels, query));
    if (labels.isEmpty() && query.isEmpty()) {
      try {
        List<String> names = found.stream().map(one -> one.name().value()).toList();
        login.profiles().rememberKubeClusters(login.profile(), names);
      } catch (ClientException e) {
        // The list is what was asked for; only the completion of shells does without.
      }
    }
    return found;
  }

  /** None fits. */
  private static final class NoKubeClusterException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient SafeText reason;

    NoKubeClusterException(SafeText reason) {
      super(reason.toString());
      this.reason = reason;
    }
  }

  ExitCode notLoggedIn(NotLoggedInException failure) {
    return failures.of(
        ExitCode.ERROR,
        failure.reason(),
        SafeText.literal("log in first: jtsh login; or ask from here with --headless"));
  }

  private static KubeFacts facts(MachineLogin login, Map<String, String> labels, String query)
      throws ClientException {
    return login.reach(cluster -> {
      cluster.discovery().requireKubernetes();
      List<KubeClusterName> clusters =
          cluster.auth().listKubeClusters(labels, query).stream().map(KubeCluster::name).toList();
      return new KubeFacts(
          cluster.discovery(),
          login.profile().user(),
          cluster.credentials().cluster(),
          cluster.credentials().trustAnchors(),
          clusters,
          login.profile().validUntil());
    });
  }

  private static List<KubeClusterName> chosen(
      List<KubeClusterName> available, List<KubeClusterName> wanted) {
    for (KubeClusterName name : wanted) {
      if (!available.contains(name)) {
        throw new NoKubeClusterException(
            SafeText.format(
                "kubernetes cluster \"{}\" not found, or you may not use it",
                SafeText.of(name.value())));
      }
    }
    List<KubeClusterName> chosen =
        List.copyOf(wanted.isEmpty() ? available : new TreeSet<>(wanted));
    if (chosen.isEmpty()) {
      throw new NoKubeClusterException(SafeText.literal("No Kubernetes clusters found to proxy."));
    }
    if (chosen.size() > CLUSTERS_MAX) {
      throw new NoKubeClusterException(
          SafeText.literal("more than 500 Kubernetes clusters fit: name those you need"));
    }
    return chosen;
  }
}
