// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.nativebindings.SecretArena.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Swap, suspend, the virtual machine, ptrace, variables, start files. */
class MachineChecksTest {
  private static final String SWAPS = "Filename\t\tType\t\tSize\t\tUsed\t\tPriority\n";

  private final FakeProcess self = new FakeProcess();
  private @TempDir Path root;
  private FakeMachine machine;

  @BeforeEach
  void setUp() {
    machine = new FakeMachine(root);
  }

  private Outcome swap() {
    return new SwapCheck(machine.machine()).look();
  }

  @Test
  void noSwapIsOkAndAnUnreadableListIsNotMeasured() {
    assertThat(swap()).isInstanceOf(Outcome.NotMeasured.class);
    machine.file("/proc/swaps", SWAPS);
    assertThat(swap()).isInstanceOf(Outcome.Ok.class);
  }

  @Test
  void plainSwapIsNamed() {
    machine.file("/proc/swaps", SWAPS + "/dev/sda2   partition 1 0 -2\n/swapfile file 1 0 -3\n");
    assertThat(swap()).isInstanceOf(Outcome.Warning.class);
    assertThat(swap().seen().toString()).contains("/dev/sda2", "/swapfile");
  }

  @Test
  void encryptedSwapAndCompressedMemoryAreOk() {
    machine
        .file("/proc/swaps", SWAPS + "/dev/dm-1 partition 1 0 -2\n/dev/zram0 partition 1 0 100\n")
        .file("/sys/block/dm-1/dm/uuid", "CRYPT-PLAIN-swap\n");
    assertThat(swap()).isInstanceOf(Outcome.Ok.class);
    machine.file("/sys/block/zram0/backing_dev", "/dev/sda3\n");
    assertThat(swap()).isInstanceOf(Outcome.Warning.class);
    machine.file("/sys/block/zram0/backing_dev", "none\n");
    machine.file("/sys/block/dm-1/dm/uuid", "LVM-abc\n");
    assertThat(swap()).isInstanceOf(Outcome.Warning.class);
  }

  private Outcome suspend() {
    return new HibernationCheck(machine.machine(), self).look();
  }

  @Test
  void hibernationIsARiskUnlessTheKernelRefusesIt() {
    assertThat(suspend()).isInstanceOf(Outcome.Ok.class);
    machine.file("/sys/power/state", "freeze mem\n");
    assertThat(suspend()).isInstanceOf(Outcome.Ok.class);
    machine.file("/sys/power/state", "freeze mem disk\n");
    assertThat(suspend()).isInstanceOf(Outcome.Ok.class);
    self.arena = Kind.LOCKED;
    assertThat(suspend()).isInstanceOf(Outcome.Warning.class);
  }

  @Test
  void virtualMachineClaimsNothing() {
    VirtualMachineCheck check = new VirtualMachineCheck(machine.machine());
    machine.file("/proc/cpuinfo", "flags\t\t: fpu sse\n");
    assertThat(check.look()).isInstanceOf(Outcome.Ok.class);
    machine.file("/proc/cpuinfo", "flags\t\t: fpu sse hypervisor lahf_lm\n");
    assertThat(check.look()).isInstanceOf(Outcome.NotMeasured.class);
  }

  @Test
  void openPtraceIsAWarning() {
    PtraceScopeCheck check = new PtraceScopeCheck(machine.machine());
    assertThat(check.look()).isInstanceOf(Outcome.Warning.class);
    machine.file("/proc/sys/kernel/yama/ptrace_scope", "0\n");
    assertThat(check.look()).isInstanceOf(Outcome.Warning.class);
    machine.file("/proc/sys/kernel/yama/ptrace_scope", "1\n");
    assertThat(check.look()).isInstanceOf(Outcome.Ok.class);
  }

  private Outcome environment() {
    return new EnvironmentCheck(machine.machine()).look();
  }

  @Test
  void variableThatLoadsCodeIsSaidAndOneInForceFails() {
    machine.raw.put("LANG", "C");
    machine.raw.put("JTSH_ORIGINAL_LD_LIBRARY_PATH", "");
    assertThat(environment()).isInstanceOf(Outcome.Ok.class);
    machine.raw.put("JTSH_ORIGINAL_LD_PRELOAD", "/tmp/x.so");
    assertThat(environment()).isInstanceOf(Outcome.Warning.class);
    assertThat(environment().seen().toString()).isEqualTo("LD_PRELOAD set");
    machine.raw.put("JAVA_TOOL_OPTIONS", "-javaagent:x.jar");
    assertThat(environment()).isInstanceOf(Outcome.Fail.class);
    assertThat(environment().seen().toString()).isEqualTo("JAVA_TOOL_OPTIONS in force");
  }

  private Outcome startFiles() {
    return new RcFilesCheck(machine.machine()).look();
  }

  @Test
  void startFileThatSetsKubeconfigIsNamedWithItsLine() {
    machine.file("/home/alice/.bashrc", "# export KUBECONFIG=x\nalias k=kubectl\n");
    assertThat(startFiles()).isInstanceOf(Outcome.Ok.class);
    machine.file("/home/alice/.bashrc", "alias k=kubectl\nexport KUBECONFIG=~/.kube/mine\n");
    machine.file("/home/alice/.config/fish/config.fish", "set -gx KUBECONFIG ~/.kube/mine\n");
    assertThat(startFiles()).isInstanceOf(Outcome.Warning.class);
    assertThat(startFiles().seen().toString())
        .contains("~/.bashrc line 2", "~/.config/fish/config.fish line 1");
  }
}
