// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A command of root by sudo, which closes descriptor 3 and forgets KUBECONFIG. The command is
 * wrapped so that root's first act is to open the kubeconfig of jtsh, which waits for it as its
 * ancestor; from then on it has a descriptor of its own and no path by a process (rule 13).
 *
 * @param before sudo and its options
 * @param rest the command for root
 */
record SudoCommand(List<String> before, List<String> rest) {
  private static final String OPEN_FIRST =
      "exec 3<\"$1\" || exit 126; shift;"
          + " KUBECONFIG=/proc/self/fd/3; export KUBECONFIG; exec \"$@\"";

  private static final Set<String> ALONE =
      Set.of(
          "-A",
          "-B",
          "-E",
          "-H",
          "-k",
          "-N",
          "-n",
          "-P",
          "-S",
          "--askpass",
          "--bell",
          "--preserve-env",
          "--set-home",
          "--reset-timestamp",
          "--no-update",
          "--non-interactive",
          "--preserve-groups",
          "--stdin");
  private static final Set<String> WITH_VALUE =
      Set.of("-p", "--prompt", "-T", "--command-timeout", "-D", "--chdir");

  SudoCommand {
    before = List.copyOf(before);
    rest = List.copyOf(rest);
  }

  /**
   * Reads a command.
   *
   * @return empty when it is not sudo's
   * @throws SettingsException when it is, but not one that can be wrapped
   */
  static Optional<SudoCommand> of(List<String> command) {
    if (command.isEmpty() || !(command.getFirst().equals("sudo") || isSudo(command.getFirst()))) {
      return Optional.empty();
    }
    int at = 1;
    while (at < command.size() && command.get(at).startsWith("-")) {
      String option = command.get(at);
      if (option.equals("--")) {
        break;
      } else if (WITH_VALUE.contains(option)) {
        at += 2;
      } else if (ALONE.contains(option) || hasLongValue(option)) {
        at++;
      } else {
        throw new SettingsException(
            "jtsh exec -- sudo knows no option "
                + option
                + " of sudo: root's own commands only, in the foreground");
      }
    }
    int first = at < command.size() && command.get(at).equals("--") ? at + 1 : at;
    if (first >= command.size()) {
      throw new SettingsException("a command must follow sudo");
    }
    if (command.get(first).matches("[A-Za-z_][A-Za-z0-9_]*=.*")) {
      throw new SettingsException("give variables by env: sudo env NAME=VALUE command");
    }
    return Optional.of(
        new SudoCommand(command.subList(0, at), command.subList(first, command.size())));
  }

  private static boolean isSudo(String program) {
    return program.endsWith("/sudo");
  }

  private static boolean hasLongValue(String option) {
    int equals = option.indexOf('=');
    return equals > 0
        && (WITH_VALUE.contains(option.substring(0, equals))
            || option.startsWith("--preserve-env="));
  }

  /**
   * The words to run.
   *
   * @param pid this process
   * @param descriptor its descriptor of the kubeconfig
   */
  List<String> withDescriptor(long pid, int descriptor) {
    List<String> words = new ArrayList<>(before);
    words.addAll(List.of("--", "/bin/sh", "-c", OPEN_FIRST, "sh"));
    words.add("/proc/%d/fd/%d".formatted(pid, descriptor));
    words.addAll(rest);
    return words;
  }
}
