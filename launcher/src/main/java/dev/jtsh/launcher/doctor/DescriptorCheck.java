// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;

/** Whether descriptor 3 has come down to this process; tmux, sudo and cron close it. */
final class DescriptorCheck implements Check {
  private final Machine machine;

  DescriptorCheck(Machine machine) {
    this.machine = machine;
  }

  @Override
  public String id() {
    return "descriptor";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("descriptor 3");
  }

  @Override
  public Outcome look() {
    Optional<String> file = machine.link("/proc/self/fd/3");
    if (file.filter(name -> name.startsWith(SessionAround.KUBECONFIG_FILE)).isPresent()) {
      return new Outcome.Ok(
          SafeText.literal("open"),
          SafeText.literal("programs started here find the session's kubeconfig"));
    }
    boolean needed =
        machine.variable("KUBECONFIG").filter(SessionAround::isOwnDescriptor).isPresent();
    SafeText seen =
        machine.variable("TMUX").isPresent() || machine.variable("STY").isPresent()
            ? SafeText.literal("closed, by tmux or screen")
            : SafeText.literal("closed, by a program between the session's shell and this one");
    return needed
        ? new Outcome.Fail(
            seen,
            SafeText.literal("kubectl here cannot open its kubeconfig"),
            SafeText.literal("export KUBECONFIG=\"$JTSH_KUBECONFIG\", which needs no descriptor"))
        : new Outcome.Ok(
            seen, SafeText.literal("KUBECONFIG names the shell's own descriptor, which works"));
  }
}
