// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.KernelSupport;
import dev.jtsh.protocol.text.SafeText;
import java.util.ArrayList;
import java.util.List;

/** The calls that need a newer kernel, or a container that lets them through. */
final class KernelCheck implements Check {
  private final Machine machine;
  private final OwnProcess self;

  KernelCheck(Machine machine, OwnProcess self) {
    this.machine = machine;
    this.self = self;
  }

  @Override
  public String id() {
    return "kernel";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("kernel");
  }

  @Override
  public Outcome look() {
    KernelSupport kernel = self.kernel();
    List<String> missing = new ArrayList<>();
    note(missing, kernel.memoryFiles(), "memfd_create");
    note(missing, kernel.secretMemory(), "memfd_secret");
    note(missing, kernel.wipeOnFork(), "MADV_WIPEONFORK");
    note(missing, kernel.closeRange(), "close_range");
    note(missing, kernel.processDescriptors(), "pidfd_open");
    String release = machine.text("/proc/sys/kernel/osrelease").map(String::strip).orElse("?");
    if (missing.isEmpty()) {
      return new Outcome.Ok(
          SafeText.format("Linux {}, memfd_secret and all else", SafeText.of(release)),
          SafeText.literal(
              "memfd_create, memfd_secret, MADV_WIPEONFORK, close_range and pidfd_open work here"));
    }
    SafeText seen =
        SafeText.format(
            "Linux {} without {}", SafeText.of(release), SafeText.of(String.join(", ", missing)));
    if (!kernel.memoryFiles()) {
      return new Outcome.Fail(
          seen,
          SafeText.literal("the kubeconfig of a session cannot be kept in memory"),
          SafeText.literal("use a newer kernel, or let the container make this call"));
    }
    return new Outcome.Warning(
        seen,
        kernel.secretMemory()
            ? SafeText.literal("an older way is used in its place")
            : SafeText.literal("root can read keys from this process's memory"),
        SafeText.literal(
            "memfd_secret needs Linux 5.14 (before 6.5 with secretmem.enable=1 at boot) and a"
                + " container that lets it through"));
  }

  private static void note(List<String> missing, boolean there, String name) {
    if (!there) {
      missing.add(name);
    }
  }
}
