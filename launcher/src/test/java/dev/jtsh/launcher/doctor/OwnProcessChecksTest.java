// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.nativebindings.KernelSupport;
import dev.jtsh.nativebindings.SecretArena.Kind;
import dev.jtsh.pki.tls.TlsEngineKind;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each check says about the process a session would run in. */
class OwnProcessChecksTest {
  private final FakeProcess self = new FakeProcess();
  private @TempDir Path root;
  private FakeMachine machine;

  @BeforeEach
  void setUp() {
    machine =
        new FakeMachine(root)
            .file("/proc/sys/kernel/osrelease", "6.1.0-test\n")
            .file("/proc/sys/kernel/core_pattern", "core\n");
  }

  private static void isOk(Check check) {
    assertThat(check.look()).isInstanceOf(Outcome.Ok.class);
  }

  private static Outcome fails(Check check) {
    Outcome outcome = check.look();
    assertThat(outcome).isInstanceOf(Outcome.Fail.class);
    assertThat(outcome.todo().toString()).isNotEmpty();
    return outcome;
  }

  private static Outcome warns(Check check) {
    Outcome outcome = check.look();
    assertThat(outcome).isInstanceOf(Outcome.Warning.class);
    assertThat(outcome.todo().toString()).isNotEmpty();
    return outcome;
  }

  @Test
  void allIsWellWhereAllIsWell() {
    isOk(new KernelCheck(machine.machine(), self));
    isOk(new ArenaCheck(self));
    isOk(new LockedMemoryCheck(self));
    isOk(new DumpableCheck(self));
    isOk(new CoreCheck(machine.machine(), self));
    isOk(new JvmCheck(self));
    isOk(new TlsEngineCheck(self));
    isOk(new SocketOwnersCheck(self));
  }

  @Test
  void kernelWithoutSecretMemoryIsAWarningAndOneWithoutMemoryFilesFails() {
    self.kernel = new KernelSupport(true, false, true, true, true);
    assertThat(warns(new KernelCheck(machine.machine(), self)).seen().toString())
        .isEqualTo("Linux 6.1.0-test without memfd_secret");
    self.kernel = new KernelSupport(true, true, true, false, false);
    assertThat(warns(new KernelCheck(machine.machine(), self)).seen().toString())
        .contains("close_range, pidfd_open");
    self.kernel = new KernelSupport(false, true, true, true, true);
    fails(new KernelCheck(machine.machine(), self));
  }

  @Test
  void theWeakerOfKeysAndArenaDecides() {
    self.arena = Kind.LOCKED;
    warns(new ArenaCheck(self));
    self.keys = Kind.UNLOCKED;
    fails(new ArenaCheck(self));
    self.arena = Kind.UNLOCKED;
    self.keys = Kind.MEMFD_SECRET;
    fails(new ArenaCheck(self));
    assertThat(new ArenaCheck(self).look().seen().toString())
        .isEqualTo(
            "keys: memfd_secret, 4 KiB of 256 KiB used;"
                + " other secrets: not locked, 64 bytes of 256 KiB used");
    self.crypto = Optional.empty();
    fails(new ArenaCheck(self));
  }

  @Test
  void limitOfLockedMemoryIsWeighed() {
    self.lockLimit = 256 << 10;
    warns(new LockedMemoryCheck(self));
    self.lockLimit = 0;
    self.locked = 0;
    fails(new LockedMemoryCheck(self));
    self.mayLockAll = true;
    isOk(new LockedMemoryCheck(self));
  }

  @Test
  void dumpableOrTracedProcessFails() {
    self.dumpable = true;
    fails(new DumpableCheck(self));
    self.dumpable = false;
    self.tracer = 4711;
    assertThat(fails(new DumpableCheck(self)).seen().toString()).contains("4711");
  }

  @Test
  void coresFailByLimitAndByPipe() {
    self.coreLimit = -1;
    fails(new CoreCheck(machine.machine(), self));
    self.coreLimit = 0;
    machine.file("/proc/sys/kernel/core_pattern", "|/usr/lib/systemd-coredump %P\n");
    isOk(new CoreCheck(machine.machine(), self));
    self.dumpable = true;
    fails(new CoreCheck(machine.machine(), self));
  }

  @Test
  void eachDoorOfJavaIsNamed() {
    self.attachDisabled = false;
    assertThat(fails(new JvmCheck(self)).seen().toString()).isEqualTo("open: attach (jcmd)");
    self.attachDisabled = true;
    self.perfDataDisabled = false;
    self.heapDumpDisabled = false;
    assertThat(fails(new JvmCheck(self)).seen().toString()).isEqualTo("open: perf data, heap dump");
  }

  @Test
  void slowTlsAndAPortWithOneLockAreWarnings() {
    self.tls = TlsEngineKind.JDK;
    warns(new TlsEngineCheck(self));
    self.socketOwners = false;
    warns(new SocketOwnersCheck(self));
  }
}
