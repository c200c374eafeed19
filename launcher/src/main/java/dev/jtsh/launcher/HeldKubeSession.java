// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.KubeCluster;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.Network;
import dev.jtsh.client.Profile;
import dev.jtsh.client.ProfileStore;
import dev.jtsh.client.WebClient;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/** {@code jtsh proxy kube} and {@code jtsh kubectl} with the login of this machine. */
final class HeldKubeSession {
  private static final int CLUSTERS_MAX = 500;

  private final Outside outside;
  private final Settings settings;
  private final Network network;
  private final FailureReport failures;
  private final ProfileStore profiles;

  HeldKubeSession(Outside outside, Settings settings) {
    this.outside = outside;
    this.settings = settings;
    this.network = new ClusterCalls(outside).network(settings);
    this.failures = new FailureReport(outside.console());
    this.profiles = ProfileStore.ofEnvironment(outside.environment(), outside.home());
  }

  /**
   * Runs it to its end.
   *
   * @param one whether several clusters are too many
   */
  int run(KubeSelection selection, boolean one) {
    try {
      Optional<Profile> found = login();
      if (found.isEmpty() || !found.get().isValid(outside.clock().instant())) {
        return notLoggedIn(found.isPresent()).status();
      }
      KubeFacts facts = facts(found.get(), selection.labels(), selection.query());
      List<KubeClusterName> chosen = chosen(facts.kubeClusters(), selection.kubeClusters());
      if (one && chosen.size() > 1) {
        throw new SettingsException(
            "several Kubernetes clusters: say which with --kube-cluster NAME, TELEPORT_KUBE_CLUSTER"
                + " or --context; \"jtsh kube ls\" lists them");
      }
      KubeFacts limited =
          new KubeFacts(
              facts.discovery(),
              facts.user(),
              facts.teleportCluster(),
              facts.hostAuthorities(),
              chosen,
              facts.notAfter());
      KubeAccess.Opener opener =
          (voice, desk) ->
              new HeldLogin(outside, network, profiles, limited, selection.length(), voice, desk);
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
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }

  /** The clusters the user may see, with their labels. */
  List<KubeCluster> list(Map<String, String> labels, String query)
      throws ClientException, NotLoggedInException {
    Profile profile = login().orElseThrow(NotLoggedInException::new);
    if (!profile.isValid(outside.clock().instant())) {
      throw new NotLoggedInException();
    }
    try (WebClient web = new ClusterCalls(outside).web(settings);
        LoginCredentials credentials = profiles.load(profile);
        AuthClient auth =
            AuthClient.open(
                credentials.authEndpoint(
                    profile.proxy(), web.ping(profile.proxy(), "local").version()),
                web.network())) {
      return auth.listKubeClusters(labels, query);
    }
  }

  /** There is no login here. */
  static final class NotLoggedInException extends Exception {
    private static final long serialVersionUID = 1;
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

  ExitCode notLoggedIn(boolean expired) {
    return failures.of(
        ExitCode.ERROR,
        expired ? SafeText.literal("Active profile expired.") : SafeText.literal("Not logged in."),
        SafeText.literal("log in first: jtsh login; or ask from here with --headless"));
  }

  private Optional<Profile> login() throws ClientException {
    Optional<Profile> found =
        settings.proxy().isPresent()
            ? profiles.forProxy(ClusterCalls.candidates(settings.proxy().get()).getFirst().host())
            : profiles.current();
    return found.filter(
        profile -> settings.user().map(user -> user.equals(profile.user())).orElse(true));
  }

  private KubeFacts facts(Profile profile, Map<String, String> labels, String query)
      throws ClientException {
    try (WebClient web = new ClusterCalls(outside).web(settings);
        LoginCredentials credentials = profiles.load(profile)) {
      Discovery discovery = web.ping(profile.proxy(), "local");
      discovery.requireKubernetes();
      try (AuthClient auth =
          AuthClient.open(
              credentials.authEndpoint(profile.proxy(), discovery.version()), web.network())) {
        List<KubeClusterName> clusters =
            auth.listKubeClusters(labels, query).stream().map(KubeCluster::name).toList();
        return new KubeFacts(
            discovery,
            profile.user(),
            credentials.cluster(),
            credentials.trustAnchors(),
            clusters,
            profile.validUntil());
      }
    }
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
