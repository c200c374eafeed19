// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.nativebindings.SealedFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said about the session around a shell. */
class SessionChecksTest {
  private static final int PROGRAM = 300;
  private static final String[] CLOSED = {
    "java", "-XX:-UsePerfData", "-XX:+DisableAttachMechanism", "dev.jtsh.launcher.Main"
  };
  private static final SessionAround.Alive ALIVE =
      new SessionAround.Alive("id-1", Optional.of(PROGRAM));

  private @TempDir Path root;
  private FakeMachine machine;

  @BeforeEach
  void setUp() {
    machine =
        new FakeMachine(root)
            .process(PROGRAM, 200, FakeMachine.ALICE, CLOSED)
            .with("JTSH_KUBECONFIG", "/proc/400/fd/3")
            .with("KUBECONFIG", "/proc/self/fd/3");
    machine.owners.put("/proc/300", 0);
  }

  private Outcome kubeconfig(String value) {
    machine.with("KUBECONFIG", value);
    return new KubeconfigCheck(machine.machine()).look();
  }

  @Test
  void kubectlUsesTheSessionByEitherPath() {
    assertThat(kubeconfig("/proc/self/fd/3")).isInstanceOf(Outcome.Ok.class);
    assertThat(kubeconfig("/proc/400/fd/3")).isInstanceOf(Outcome.Ok.class);
  }

  @Test
  void kubeconfigThatWasSetAnewFails() {
    assertThat(kubeconfig("/home/alice/.kube/config")).isInstanceOf(Outcome.Fail.class);
    assertThat(kubeconfig("")).isInstanceOf(Outcome.Fail.class);
    assertThat(kubeconfig("/proc/401/fd/3")).isInstanceOf(Outcome.Fail.class);
    assertThat(kubeconfig("/tmp/overlay:/proc/self/fd/3")).isInstanceOf(Outcome.Warning.class);
  }

  private Outcome descriptor() {
    return new DescriptorCheck(machine.machine()).look();
  }

  @Test
  void closedDescriptorFailsOnlyWhereItIsNeeded() {
    assertThat(descriptor()).isInstanceOf(Outcome.Fail.class);
    machine.with("TMUX", "/tmp/tmux-1000/default,1,0");
    assertThat(descriptor().seen().toString()).contains("tmux");
    machine.with("KUBECONFIG", "/proc/400/fd/3");
    assertThat(descriptor()).isInstanceOf(Outcome.Ok.class);
  }

  @Test
  void descriptorOfAnotherFileCountsAsClosed() {
    machine.link("/proc/self/fd/3", "/opt/java/lib/modules");
    assertThat(descriptor()).isInstanceOf(Outcome.Fail.class);
  }

  @Test
  void descriptorThatCameDownIsOk() {
    machine.link("/proc/self/fd/3", "/memfd:kubeconfig (deleted)");
    assertThat(descriptor()).isInstanceOf(Outcome.Ok.class);
  }

  private Outcome memoryFile(SealedFile sealed, String mode, int owner) throws Exception {
    Path target = root.resolve("memfd:kubeconfig");
    Files.deleteIfExists(target);
    Files.writeString(target, "x");
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(mode));
    Path link = root.resolve("proc/400/fd/3");
    Files.createDirectories(link.getParent());
    Files.deleteIfExists(link);
    // A link that reads as the kernel writes it and leads to a file of ours.
    Files.createSymbolicLink(link, Path.of("/memfd:kubeconfig (deleted)"));
    machine.owners.put("/proc/400/fd/3", owner);
    return new MemoryFileCheck(
            machine.machine(),
            path -> Optional.of(sealed),
            path -> Files.getPosixFilePermissions(target))
        .look();
  }

  @Test
  void sealsModeAndOwnerMustAllBeRight() throws Exception {
    SealedFile sealed = new SealedFile(true, true, true);
    assertThat(memoryFile(sealed, "r--------", FakeMachine.ALICE)).isInstanceOf(Outcome.Ok.class);
    assertThat(memoryFile(sealed, "r--r--r--", FakeMachine.ALICE)).isInstanceOf(Outcome.Fail.class);
    assertThat(memoryFile(sealed, "r--------", 12_345)).isInstanceOf(Outcome.Fail.class);
    for (SealedFile open :
        new SealedFile[] {
          new SealedFile(false, true, true),
          new SealedFile(true, false, true),
          new SealedFile(true, true, false)
        }) {
      assertThat(memoryFile(open, "r--------", FakeMachine.ALICE)).isInstanceOf(Outcome.Fail.class);
    }
  }

  private Outcome process() {
    return new SessionProcessCheck(machine.machine(), ALIVE).look();
  }

  @Test
  void closedProcessIsOk() {
    assertThat(process()).isInstanceOf(Outcome.Ok.class);
    assertThat(process().seen().toString()).startsWith("not dumpable");
  }

  @Test
  void dumpableProcessIsSeenByItsFiles() {
    machine.owners.put("/proc/300", FakeMachine.ALICE);
    assertThat(process()).isInstanceOf(Outcome.Fail.class);
    assertThat(process().seen().toString()).isEqualTo("dumpable");
  }

  @Test
  void tracedProcessOrOneWithOpenDoorsFails() {
    machine.process(PROGRAM, 200, FakeMachine.ALICE, "java", "dev.jtsh.launcher.Main");
    machine.file("/proc/300/status", "TracerPid:\t77\n");
    machine.file("/proc/300/limits", "Max core file size        unlimited   unlimited   bytes\n");
    assertThat(process().seen().toString())
        .isEqualTo(
            "traced by process 77, core files up to unlimited, attach (jcmd) on, perf data on");
  }

  @Test
  void lockedMemoryOfTheSessionIsTold() {
    SessionLockedCheck check = new SessionLockedCheck(machine.machine(), ALIVE);
    assertThat(check.look()).isInstanceOf(Outcome.Ok.class);
    assertThat(check.look().seen().toString()).isEqualTo("VmLck 520 KiB");
    machine.file("/proc/300/status", "VmLck:\t       0 kB\n");
    assertThat(check.look()).isInstanceOf(Outcome.Fail.class);
  }

  @Test
  void hiddenProcessIsNotMeasured() {
    SessionAround.Alive hidden = new SessionAround.Alive("id-1", Optional.empty());
    assertThat(new SessionProcessCheck(machine.machine(), hidden).look())
        .isInstanceOf(Outcome.NotMeasured.class);
    assertThat(new SessionLockedCheck(machine.machine(), hidden).look())
        .isInstanceOf(Outcome.NotMeasured.class);
  }

  @Test
  void sessionInASessionIsAWarning() {
    machine.process(200, 150, FakeMachine.ALICE, "bash").self(400);
    machine.process(400, PROGRAM, FakeMachine.ALICE, "bash");
    NestedSessionCheck check = new NestedSessionCheck(machine.machine());
    assertThat(check.look()).isInstanceOf(Outcome.Ok.class);
    machine.process(150, 1, FakeMachine.ALICE, CLOSED);
    assertThat(check.look()).isInstanceOf(Outcome.Warning.class);
  }
}
