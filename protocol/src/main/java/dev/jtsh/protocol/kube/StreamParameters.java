// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an exec or attach asks for, read by Kubernetes' own rules (security rule 6): a switch counts
 * as on whatever its value is, but for {@code 0} and {@code false}; {@code tty=} and {@code tty=no}
 * are on. Whoever reads it otherwise takes an interactive session for one that is not.
 *
 * @param container the container, or empty for the pod's first
 * @param command the program and its arguments; empty for attach
 * @param stdin whether the caller sends input
 * @param stdout whether the caller gets output
 * @param stderr whether the caller gets error output
 * @param tty whether a terminal is made
 */
public record StreamParameters(
    String container,
    List<String> command,
    boolean stdin,
    boolean stdout,
    boolean stderr,
    boolean tty) {
  private static final Set<String> SWITCHES = Set.of("stdin", "stdout", "stderr", "tty");
  private static final Map<String, Set<String>> KNOWN =
      Map.of(
          "exec", Set.of("container", "command", "stdin", "stdout", "stderr", "tty"),
          "attach", Set.of("container", "stdin", "stdout", "stderr", "tty"),
          "portforward", Set.of("ports"));

  /** Copies. */
  public StreamParameters {
    command = List.copyOf(command);
  }

  /** The parameters of an exec or attach; empty for every other request. */
  public static Optional<StreamParameters> of(KubeRequest request) {
    if (!UpgradeTargets.isUpgradable(request)
        || !Set.of("exec", "attach").contains(request.subresource())) {
      return Optional.empty();
    }
    int question = request.target().indexOf('?');
    String query = question < 0 ? "" : request.target().substring(question + 1);
    List<KubeTarget.Pair> pairs = KubeRequestParser.pairs(query);
    return Optional.of(
        new StreamParameters(
            pairs.stream()
                .filter(pair -> pair.key().equals("container"))
                .map(KubeTarget.Pair::value)
                .findFirst()
                .orElse(""),
            pairs.stream()
                .filter(pair -> pair.key().equals("command"))
                .map(KubeTarget.Pair::value)
                .toList(),
            isOn(pairs, "stdin"),
            isOn(pairs, "stdout"),
            isOn(pairs, "stderr"),
            isOn(pairs, "tty")));
  }

  /** Whether somebody can type into it: with a terminal, or with input alone. */
  public boolean isInteractive() {
    return stdin || tty;
  }

  /** The program and its arguments in one line, for people. */
  public String commandLine() {
    return command.stream().collect(Collectors.joining(" "));
  }

  /** Only what the API server knows for this subresource, each switch as {@code true}. */
  static List<KubeTarget.Pair> canonical(String subresource, List<KubeTarget.Pair> pairs) {
    Set<String> known = KNOWN.get(subresource);
    if (known == null) {
      return pairs;
    }
    List<KubeTarget.Pair> result = new ArrayList<>();
    for (KubeTarget.Pair pair : pairs) {
      if (SWITCHES.contains(pair.key())) {
        if (known.contains(pair.key()) && isTrue(pair.value())) {
          result.add(new KubeTarget.Pair(pair.key(), "true"));
        }
      } else if (known.contains(pair.key())) {
        result.add(pair);
      }
    }
    return result;
  }

  private static boolean isOn(List<KubeTarget.Pair> pairs, String name) {
    return pairs.stream().anyMatch(pair -> pair.key().equals(name) && isTrue(pair.value()));
  }

  /** Kubernetes' own rule: everything that is there counts as true but these two. */
  static boolean isTrue(String value) {
    return !value.equals("0") && !value.toLowerCase(Locale.ROOT).equals("false");
  }
}
