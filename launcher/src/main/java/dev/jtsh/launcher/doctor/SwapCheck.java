// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where memory that is not locked may be written: buffers, TLS session keys, kubectl's memory. */
final class SwapCheck implements Check {
  private final Machine machine;

  SwapCheck(Machine machine) {
    this.machine = machine;
  }

  @Override
  public String id() {
    return "swap";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("swap");
  }

  @Override
  public Outcome look() {
    List<String> lines = machine.lines("/proc/swaps");
    if (lines.isEmpty()) {
      return new Outcome.NotMeasured(
          SafeText.literal("the list of swap areas cannot be read"),
          SafeText.literal("what is not locked may be written to a disk"));
    }
    List<String> open = new ArrayList<>();
    List<String> safe = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String area = line.strip().split("\\s+")[0];
      if (!area.isEmpty()) {
        (staysSecret(area) ? safe : open).add(area);
      }
    }
    if (!open.isEmpty()) {
      return new Outcome.Warning(
          SafeText.format("{}, not seen to be encrypted", SafeText.of(String.join(", ", open))),
          SafeText.literal(
              "request data and kubectl's memory may be written there; for keys see secret memory"),
          SafeText.literal("encrypt the swap area, or do without"));
    }
    return safe.isEmpty()
        ? new Outcome.Ok(
            SafeText.literal("none"), SafeText.literal("no memory is written to a disk"))
        : new Outcome.Ok(
            SafeText.format("{}: encrypted, or in memory", SafeText.of(String.join(", ", safe))),
            SafeText.literal("nothing readable is written to a disk"));
  }

  /** zram is memory; a dm-crypt device says so in its uuid. */
  private boolean staysSecret(String area) {
    String name = String.valueOf(Path.of(area).getFileName());
    if (name.startsWith("zram")) {
      return machine
          .text("/sys/block/" + name + "/backing_dev")
          .map(String::strip)
          .orElse("none")
          .equals("none");
    }
    return machine.text("/sys/block/" + name + "/dm/uuid").orElse("").startsWith("CRYPT-");
  }
}
