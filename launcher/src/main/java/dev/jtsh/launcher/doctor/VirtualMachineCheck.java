// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;

/** A virtual machine's memory is a file to somebody else. */
final class VirtualMachineCheck implements Check {
  private final Machine machine;

  VirtualMachineCheck(Machine machine) {
    this.machine = machine;
  }

  @Override
  public String id() {
    return "virtual-machine";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("virtual machine");
  }

  @Override
  public Outcome look() {
    boolean virtual =
        machine.lines("/proc/cpuinfo").stream()
            .anyMatch(line -> line.startsWith("flags") && line.contains(" hypervisor"));
    return virtual
        ? new Outcome.NotMeasured(
            SafeText.literal("yes; what its host does cannot be seen from inside"),
            SafeText.literal("a snapshot of the machine holds everything, keys too"))
        : new Outcome.Ok(
            SafeText.literal("no sign of one"), SafeText.literal("no hypervisor is announced"));
  }
}
