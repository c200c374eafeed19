// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Start files of shells that set KUBECONFIG would take the session away from kubectl. */
final class RcFilesCheck implements Check {
  private static final List<String> FILES =
      List.of(
          ".bashrc",
          ".bash_profile",
          ".bash_login",
          ".profile",
          ".zshenv",
          ".zprofile",
          ".zshrc",
          ".zlogin",
          ".kshrc",
          ".config/fish/config.fish");

  private static final Pattern SETS =
      Pattern.compile(
          "^\\s*(?:export\\s+|typeset\\s+-x\\s+|declare\\s+-x\\s+)?KUBECONFIG="
              + "|^\\s*set\\s+(?:-\\S+\\s+)*KUBECONFIG\\s|[;&]\\s*(?:export\\s+)?KUBECONFIG=");

  private final Machine machine;

  RcFilesCheck(Machine machine) {
    this.machine = machine;
  }

  @Override
  public String id() {
    return "start-files";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("shell start files");
  }

  @Override
  public Outcome look() {
    List<String> found = new ArrayList<>();
    for (String file : FILES) {
      List<String> lines =
          Machine.textOf(machine.home().resolve(file))
              .map(t -> t.lines().toList())
              .orElse(List.of());
      for (int i = 0; i < lines.size(); i++) {
        if (SETS.matcher(lines.get(i)).find()) {
          found.add("~/%s line %d".formatted(file, i + 1));
        }
      }
    }
    return found.isEmpty()
        ? new Outcome.Ok(
            SafeText.literal("none sets KUBECONFIG"),
            SafeText.literal("the shell of a session keeps the session's kubeconfig"))
        : new Outcome.Warning(
            SafeText.format("KUBECONFIG is set in {}", SafeText.of(String.join(", ", found))),
            SafeText.literal("the shell of a session would use that cluster, not the session's"),
            SafeText.literal(
                "set it only outside a session: [ -n \"$JTSH_SESSION\" ] || export KUBECONFIG=…"));
  }
}
