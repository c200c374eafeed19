// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;

/** A session opened in the shell of another. */
final class NestedSessionCheck implements Check {
  private final Machine machine;

  NestedSessionCheck(Machine machine) {
    this.machine = machine;
  }

  @Override
  public String id() {
    return "nested";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("nested sessions");
  }

  @Override
  public Outcome look() {
    int depth = new ProcessFiles(machine).programsAbove().size();
    return depth > 1
        ? new Outcome.Warning(
            SafeText.format("{} sessions, one inside the other", Count.of(depth)),
            SafeText.literal("kubectl uses the innermost; exit leads back to the one before"),
            SafeText.literal("leave the inner one with exit"))
        : new Outcome.Ok(SafeText.literal("no"), SafeText.literal("exit ends the session"));
  }
}
