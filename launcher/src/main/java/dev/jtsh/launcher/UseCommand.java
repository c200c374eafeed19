// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.kubeproxy.KubeconfigSwitch;
import dev.jtsh.nativebindings.CurrentUser;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.kube.NamespaceScope;
import dev.jtsh.protocol.text.SafeText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code jtsh use [-n NAMESPACE] [CONTEXT]}: another current context or namespace. The kubeconfig
 * of the shell is sealed and stays so (rule 14): an inner shell gets a new one.
 */
@Command(
    name = "use",
    description = {
      "Switch cluster or namespace: opens an inner shell that starts there; \"exit\" goes back.",
      "With a command behind -- only that runs there. Without arguments, list the contexts."
    })
final class UseCommand implements Callable<Integer> {
  private final Outside outside;
  private final Console console;
  private final FailureReport failures;
  private final List<String> command;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "The namespace to start in.")
  private @Nullable String namespace;

  @Parameters(
      paramLabel = "CONTEXT",
      arity = "0..1",
      description = "A context of the session, or its Kubernetes cluster.")
  private @Nullable String context;

  /**
   * Made for one run.
   *
   * @param command what stood behind {@code --}
   */
  UseCommand(Outside outside, List<String> command) {
    this.outside = outside;
    this.console = outside.console();
    this.failures = new FailureReport(outside.console());
    this.command = List.copyOf(command);
  }

  @Override
  public Integer call() {
    if (namespace != null) {
      checkNamespace(namespace);
    }
    try (FoundSession session = new FoundSession.Search(outside).ofThisShell()) {
      KubeconfigSwitch contexts = new KubeconfigSwitch(session.kubeconfig().segment());
      if (namespace == null && context == null) {
        list(contexts);
        return ExitCode.OK.status();
      }
      return open(session, contexts);
    } catch (NoSessionException e) {
      return failures.of(ExitCode.NO_SESSION, e.reason(), e.hint()).status();
    } catch (IllegalArgumentException e) {
      return failures
          .of(ExitCode.NO_SESSION, SafeText.literal("the kubeconfig is not one of jtsh"))
          .status();
    }
  }

  private static void checkNamespace(String name) {
    try {
      if (NamespaceScope.parse(name).namespaces().size() == 1) {
        return;
      }
    } catch (IllegalArgumentException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
    throw new SettingsException("-n takes one namespace");
  }

  private void list(KubeconfigSwitch contexts) {
    for (KubeconfigSwitch.Entry entry : contexts.entries()) {
      console.data(
          SafeText.format(
              "{} {}{}",
              SafeText.literal(entry.equals(contexts.current()) ? "*" : " "),
              SafeText.of(entry.name()),
              SafeText.of(entry.namespace().map(name -> "  (" + name + ")").orElse(""))));
    }
  }

  private int open(FoundSession session, KubeconfigSwitch contexts) {
    Optional<KubeconfigSwitch.Entry> wanted =
        context == null ? Optional.of(contexts.current()) : contexts.named(context);
    if (wanted.isEmpty()) {
      return failures
          .of(
              ExitCode.NO_KUBE_CLUSTER,
              SafeText.format(
                  "the session has no context {}", SafeText.of(String.valueOf(context))),
              SafeText.literal("\"jtsh use\" lists them"))
          .status();
    }
    KubeconfigSwitch.Entry entry = wanted.get();
    Optional<String> in = Optional.ofNullable(namespace);
    if (command.isEmpty()) {
      console.say(
          SafeText.format(
              "This shell uses {}, namespace {}. \"exit\" goes back.",
              SafeText.of(entry.name()),
              SafeText.of(in.or(entry::namespace).orElse("default"))));
    }
    Map<String, String> markers = new LinkedHashMap<>(session.markers());
    markers.put("JTSH_CLUSTER", entry.kubeCluster());
    try (SecretBuffer switched = contexts.to(entry, in)) {
      return new SessionShells(outside)
          .run(session, switched.segment(), markers, command, pathByPid());
    }
  }

  /** As in the shell around. */
  private boolean pathByPid() {
    Map<String, String> environment = outside.environment();
    String path = environment.getOrDefault("KUBECONFIG", "");
    return CurrentUser.uid() != 0
        && !path.isEmpty()
        && path.equals(environment.getOrDefault("JTSH_KUBECONFIG", ""));
  }
}
