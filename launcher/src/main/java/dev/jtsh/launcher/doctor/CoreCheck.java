// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;

/** Whether a crash could leave a core, and where it would go. */
final class CoreCheck implements Check {
  private final Machine machine;
  private final OwnProcess self;

  CoreCheck(Machine machine, OwnProcess self) {
    this.machine = machine;
    this.self = self;
  }

  @Override
  public String id() {
    return "core";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("core files");
  }

  @Override
  public Outcome look() {
    String pattern =
        machine.text("/proc/sys/kernel/core_pattern").map(String::strip).orElse("unknown");
    long limit = self.state().coreLimitBytes();
    SafeText seen =
        SafeText.format("limit {}; core_pattern {}", Count.bytes(limit), SafeText.of(pattern));
    if (limit != 0) {
      return new Outcome.Fail(
          seen,
          SafeText.literal("a crash could write memory to a file"),
          SafeText.literal("start jtsh with its own start script, and report this"));
    }
    // A pipe ignores a limit of 0; what stops it is that the process is not dumpable.
    if (pattern.startsWith("|") && self.state().dumpable()) {
      return new Outcome.Fail(
          seen,
          SafeText.literal("cores go to a program, which the limit does not stop"),
          SafeText.literal("start jtsh with its own start script, and report this"));
    }
    return new Outcome.Ok(seen, SafeText.literal("a crash of jtsh leaves no core"));
  }
}
