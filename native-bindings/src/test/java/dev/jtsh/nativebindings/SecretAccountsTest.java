// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What a report about this process is made of. */
@EnabledOnOs(OS.LINUX)
class SecretAccountsTest {
  private static final int BYTES = 64 * 1024;

  @Test
  void theArenaKnowsWhatIsUsedAndTheMostThatWas() {
    try (SecretArena arena = SecretArena.create(BYTES, SecretArena.Kind.LOCKED)) {
      SecretBuffer first = arena.allocate(1000);
      arena.allocate(500).close();
      SecretMemoryState state = arena.state();
      assertThat(state.usedBytes()).isEqualTo(1008);
      assertThat(state.peakBytes()).isEqualTo(1008 + 512);
      assertThat(state.capacityBytes()).isEqualTo(BYTES);
      assertThat(state.locked()).isTrue();
      first.close();
      assertThat(arena.state().usedBytes()).isZero();
    }
    try (SecretArena arena = SecretArena.create(BYTES, SecretArena.Kind.UNLOCKED)) {
      assertThat(arena.state().locked()).isFalse();
    }
  }

  @Test
  void theHeapOfTheKeysKnowsHowFullItIs() {
    NativeKey.generate(NativeKey.Kind.EC_P256).close(); // libcrypto's own random state stays.
    long before = NativeKey.memoryState().usedBytes();
    try (NativeKey _ = NativeKey.generate(NativeKey.Kind.EC_P256)) {
      SecretMemoryState state = NativeKey.memoryState();
      assertThat(state.usedBytes()).isGreaterThan(before).isLessThan(state.capacityBytes());
      assertThat(state.peakBytes()).isGreaterThanOrEqualTo(state.usedBytes());
    }
    assertThat(NativeKey.memoryState().usedBytes()).isEqualTo(before);
  }

  @Test
  void theProcessSaysWhatTheKernelSays() throws Exception {
    ProcessState state = ProcessState.ofThisProcess();
    String status = Files.readString(Path.of("/proc/self/status"));
    assertThat(status)
        .contains("VmLck:\t%8d kB".formatted(state.lockedBytes() / 1024))
        .contains("TracerPid:\t" + state.tracerPid())
        .contains("Seccomp:\t" + state.seccomp());
    assertThat(state.lockLimitBytes())
        .isEqualTo(ProcessCalls.getrlimit(LibcBindings.RLIMIT_MEMLOCK()).soft());
    assertThat(state.dumpable()).isTrue(); // A test's JVM is not hardened.
    assertThat(state.attachDisabled()).isFalse();
    assertThat(state.wholeProcessLocked()).isFalse();
  }

  @Test
  void theMemoryFileSaysItsSealsAndMode() {
    try (Arena arena = Arena.ofConfined();
        MemoryFile file =
            MemoryFile.create("kubeconfig", arena.allocateFrom(JAVA_BYTE, new byte[10]))) {
      assertThat(file.state())
          .isEqualTo(new MemoryFileState(true, true, true, 0400, 10, file.locked()));
      FileCalls.fchmod(file.fd(), 0644);
      assertThat(file.state().mode()).isEqualTo(0644);
    }
  }

  @Test
  void modesHaveTheirNamesAndAutoDependsOnHeadless() {
    assertThat(MlockMode.named("best_effort")).contains(MlockMode.BEST_EFFORT);
    assertThat(MlockMode.named("BEST_EFFORT")).isEmpty();
    assertThat(MlockMode.AUTO.decided(true)).isEqualTo(MlockMode.BEST_EFFORT);
    assertThat(MlockMode.AUTO.decided(false)).isEqualTo(MlockMode.OFF);
    assertThat(MlockMode.STRICT.decided(false)).isEqualTo(MlockMode.STRICT);
  }
}
