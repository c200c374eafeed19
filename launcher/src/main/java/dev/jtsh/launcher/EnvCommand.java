// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.launcher.join.JoinOffer;
import dev.jtsh.nativebindings.CurrentUser;
import dev.jtsh.protocol.text.SafeText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jtsh env}: lets the shell that evaluates it join a running session. */
@Command(
    name = "env",
    description = {
      "Print what lets this shell join a running session: eval \"$(jtsh env)\".",
      "For fish: jtsh env --format fish | source."
    })
final class EnvCommand implements Callable<Integer> {
  /** The forms; named as they are typed. */
  @SuppressWarnings("NamedLikeContextualKeyword") // These are the words of the command line.
  enum Format {
    unix,
    fish,
    text,
    json,
    yaml
  }

  private final Outside outside;
  private final FailureReport failures;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "unix|fish|text|json|yaml",
      description = "For which shell, or in which form.")
  private Format format = Format.unix;

  EnvCommand(Outside outside) {
    this.outside = outside;
    this.failures = new FailureReport(outside.console());
  }

  @Override
  public Integer call() {
    try {
      JoinOffer offer = new FoundSession.Search(outside).look();
      if (offer.shell() == 0) {
        throw new NoSessionException(
            SafeText.literal("the session has no shell yet"), SafeText.literal("try again"));
      }
      if (format != Format.unix && CurrentUser.uid() == 0) {
        // The path is one by a process, which root may find taken over (rule 13).
        throw new SettingsException("for root there is --format unix only, or jtsh attach");
      }
      outside.console().document(document(offer));
      return ExitCode.OK.status();
    } catch (NoSessionException e) {
      return failures.of(ExitCode.NO_SESSION, e.reason(), e.hint()).status();
    }
  }

  private String document(JoinOffer offer) {
    return switch (format) {
      case unix -> unix(offer);
      case fish -> lines(ShellFormat.FISH, variables(offer));
      case text -> lines(ShellFormat.TEXT, variables(offer));
      case json -> DocumentFormat.json.write(variables(offer));
      case yaml -> DocumentFormat.yaml.write(variables(offer));
    };
  }

  private static String lines(ShellFormat shell, Map<String, String> variables) {
    List<String> lines = new ArrayList<>();
    variables.forEach((name, value) -> lines.add(shell.set(name, value)));
    return String.join("\n", lines);
  }

  private static Map<String, String> variables(JoinOffer offer) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("KUBECONFIG", path(offer));
    variables.put("JTSH_KUBECONFIG", path(offer));
    variables.putAll(SessionMarkers.of(offer));
    return variables;
  }

  private static String path(JoinOffer offer) {
    return "/proc/" + offer.shell() + "/fd/3";
  }

  /**
   * The shell opens the kubeconfig itself, as its own descriptor 3, and looks whose it is: from
   * then on no process number matters (rule 13).
   */
  static String unix(JoinOffer offer) {
    String theirs = ShellFormat.UNIX.quote(path(offer));
    return """
    if [ -O %1$s ] && exec 3<%1$s && [ -O /proc/self/fd/3 ]; then
    %2$s
    export KUBECONFIG=/proc/self/fd/3 JTSH_KUBECONFIG="/proc/$$/fd/3";
    else
    echo 'jtsh: the session has ended, or its shell has closed descriptor 3' >&2;
    false;
    fi\
    """
        .formatted(theirs, lines(ShellFormat.UNIX, SessionMarkers.of(offer)));
  }
}
