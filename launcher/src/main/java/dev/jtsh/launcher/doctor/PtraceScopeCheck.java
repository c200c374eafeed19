// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;

/** Whether processes of the user may read each other: kubectl holds the key of the local port. */
final class PtraceScopeCheck implements Check {
  private final Machine machine;

  PtraceScopeCheck(Machine machine) {
    this.machine = machine;
  }

  @Override
  public String id() {
    return "ptrace-scope";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("ptrace");
  }

  @Override
  public Outcome look() {
    String scope = machine.text("/proc/sys/kernel/yama/ptrace_scope").map(String::strip).orElse("");
    if (scope.isEmpty() || scope.equals("0")) {
      return new Outcome.Warning(
          scope.isEmpty()
              ? SafeText.literal("the kernel has no ptrace_scope")
              : SafeText.literal("ptrace_scope 0"),
          SafeText.literal(
              "jtsh is closed all the same, but processes of this user can read kubectl's memory"),
          SafeText.literal("set kernel.yama.ptrace_scope to 1, where the kernel has it"));
    }
    return new Outcome.Ok(
        SafeText.format("ptrace_scope {}", SafeText.of(scope)),
        SafeText.literal("only parents may trace their children"));
  }
}
