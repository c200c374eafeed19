// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.SecretArena.Kind;
import dev.jtsh.protocol.text.SafeText;
import java.util.List;

/** Whether the machine can write all of its memory to a disk, or keep it powered and unattended. */
final class HibernationCheck implements Check {
  private final Machine machine;
  private final OwnProcess self;

  HibernationCheck(Machine machine, OwnProcess self) {
    this.machine = machine;
    this.self = self;
  }

  @Override
  public String id() {
    return "hibernation";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("suspend");
  }

  @Override
  public Outcome look() {
    List<String> states =
        machine
            .text("/sys/power/state")
            .map(text -> List.of(text.strip().split("\\s+")))
            .orElse(List.of());
    boolean disk = states.contains("disk");
    boolean memory = states.contains("mem");
    if (!disk) {
      return new Outcome.Ok(
          memory ? SafeText.literal("to memory only") : SafeText.literal("not possible here"),
          SafeText.literal("the machine does not write its memory to a disk"));
    }
    if (self.arena().kind() == Kind.MEMFD_SECRET) {
      return new Outcome.Ok(
          SafeText.literal("to disk; not while memfd_secret memory exists"),
          SafeText.literal("the kernel does not hibernate while a session lives"));
    }
    return new Outcome.Warning(
        SafeText.literal("to disk"),
        SafeText.literal("hibernation writes all memory, locked memory too"),
        SafeText.literal("end the session before the machine hibernates"));
  }
}
