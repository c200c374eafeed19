// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.kubeproxy.KubeconfigContext;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code jtsh kubectl ...}: one kubectl with a local proxy that lives as long as it does; in a
 * session's shell on that session.
 */
@Command(
    name = "kubectl",
    description = {
      "Run kubectl with the login of this machine, or on the session of this shell; its exit status"
          + " is passed on.",
      "Options of jtsh stand before kubectl's first word."
    })
final class KubectlCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;

  @Option(
      names = "--kube-cluster",
      paramLabel = "NAME",
      description = "Which Kubernetes cluster; also TELEPORT_KUBE_CLUSTER.")
  private @Nullable String kubeCluster;

  @Parameters(paramLabel = "ARGUMENT", arity = "0..*", description = "What kubectl is given.")
  private List<String> arguments = new ArrayList<>();

  KubectlCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    List<String> command = new ArrayList<>(List.of("kubectl"));
    command.addAll(arguments);
    if (CommandCheck.of(command, outside.environment()).isPresent()) {
      // Before anybody is asked for anything.
      return new FailureReport(outside.console())
          .of(
              ExitCode.COMMAND_NOT_FOUND,
              SafeText.literal("kubectl: the command was not found"),
              SafeText.literal("install kubectl, or put the directory it is in into PATH"))
          .status();
    }
    boolean headless = cluster.headless(outside.environment());
    if (!headless && kubeCluster == null && ShellKubeconfig.isInside(outside.environment())) {
      return onThisSession(command);
    }
    KubeSelection selection = selection(command);
    Settings settings = new ClusterCalls(outside).settings(cluster, headless);
    if (headless) {
      return new HeadlessKubeSession(outside, settings.complete(), selection).run();
    }
    boolean chosen = arguments.stream().anyMatch(word -> word.matches("--context(=.*)?"));
    return new HeldKubeSession(outside, settings).run(selection, !chosen);
  }

  private int onThisSession(List<String> command) {
    try (FoundSession session = new FoundSession.Search(outside).ofThisShell()) {
      return new SessionShells(outside)
          .run(session, session.kubeconfig().segment(), session.markers(), command, false);
    } catch (NoSessionException e) {
      return new FailureReport(outside.console())
          .of(ExitCode.NO_SESSION, e.reason(), e.hint())
          .status();
    }
  }

  private KubeSelection selection(List<String> command) {
    String named =
        kubeCluster != null
            ? kubeCluster
            : outside.environment().getOrDefault("TELEPORT_KUBE_CLUSTER", "");
    List<KubeClusterName> names;
    try {
      names = named.isEmpty() ? List.of() : List.of(new KubeClusterName(named));
    } catch (IllegalArgumentException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
    SessionManners manners =
        new SessionManners(
            LiveSession.AtEnd.ASK,
            false,
            LocalGuard.open(),
            false,
            false,
            true,
            FirstVoice.Qr.auto,
            Optional.empty());
    return new KubeSelection(
        names,
        Map.of(),
        "",
        names.isEmpty(),
        "",
        KubeconfigContext.DEFAULT_TEMPLATE,
        Optional.empty(),
        List.of(),
        0,
        Optional.empty(),
        cluster.mlock(outside.environment()),
        manners,
        command);
  }
}
