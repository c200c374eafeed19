// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether this process is in the shell of a session, and whether that session still lives. */
sealed interface SessionAround {
  /** The name a session's kubeconfig has among open files. */
  String KUBECONFIG_FILE = "/memfd:kubeconfig";

  /** How a descriptor of a certain process is written. */
  Pattern DESCRIPTOR_OF_PROCESS = Pattern.compile("/proc/([0-9]{1,9})/fd/[0-9]{1,4}");

  /** No variable of a session. */
  record None() implements SessionAround {}

  /**
   * A session that lives.
   *
   * @param id of its request
   * @param program the process of jtsh; empty where it cannot be seen
   */
  record Alive(String id, Optional<Integer> program) implements SessionAround {}

  /**
   * The session of another user, come in by sudo or su.
   *
   * @param owner whose it is
   */
  record OfAnother(int owner) implements SessionAround {}

  /** The variables of a session, but no session behind them. */
  record Gone(SafeText how) implements SessionAround {}

  /** Looks at the environment and the processes it names. */
  static SessionAround find(Machine machine) {
    String id = machine.variable("JTSH_SESSION").orElse("");
    Optional<String> named = machine.variable("JTSH_KUBECONFIG");
    Optional<String> used = machine.variable("KUBECONFIG");
    Optional<Integer> shell = shell(named).or(() -> shell(used));
    boolean marked =
        !id.isEmpty()
            || named.isPresent()
            || shell.isPresent()
            || used.filter(SessionAround::isOwnDescriptor).isPresent();
    if (!marked) {
      return new None();
    }
    ProcessFiles processes = new ProcessFiles(machine);
    if (shell.isPresent()) {
      return ofShell(machine, processes, id, shell.get());
    }
    List<Integer> above = processes.programsAbove();
    return above.isEmpty()
        ? new Gone(SafeText.literal("no jtsh is above this process"))
        : new Alive(id, Optional.of(above.getFirst()));
  }

  private static SessionAround ofShell(
      Machine machine, ProcessFiles processes, String id, int shell) {
    SafeText pid = Count.of(shell);
    if (!processes.visible(shell)) {
      return new Gone(SafeText.format("its shell, process {}, has ended", pid));
    }
    // Somebody else may have got the number since (rule 13).
    Optional<Integer> owner = processes.user(shell);
    boolean ours = owner.equals(Optional.of(machine.uid()));
    if (!ours && owner.isPresent() && startedBy(machine, owner.get())) {
      return new OfAnother(owner.get());
    }
    Optional<String> file = machine.link("/proc/" + shell + "/fd/3");
    if (!ours || file.filter(name -> !name.startsWith(KUBECONFIG_FILE)).isPresent()) {
      return new Gone(SafeText.format("process {} is another one by now", pid));
    }
    Optional<Integer> parent = processes.parent(Integer.toString(shell));
    if (parent.isPresent() && processes.visible(parent.get())) {
      return processes.isProgram(parent.get())
          ? new Alive(id, parent)
          : new Gone(SafeText.format("the jtsh that opened the shell, process {}, has ended", pid));
    }
    return new Alive(id, Optional.empty());
  }

  /** Whether sudo says that the user who started it is the one whose shell it is. */
  private static boolean startedBy(Machine machine, int user) {
    return machine.uid() == 0
        && machine.variable("SUDO_UID").filter(Integer.toString(user)::equals).isPresent();
  }

  private static Optional<Integer> shell(Optional<String> path) {
    Matcher found = DESCRIPTOR_OF_PROCESS.matcher(path.orElse(""));
    return found.matches() ? Optional.of(Integer.parseInt(found.group(1))) : Optional.empty();
  }

  /** Whether a kubeconfig is the descriptor of whoever reads it. */
  static boolean isOwnDescriptor(String path) {
    return path.equals("/proc/self/fd/3");
  }
}
