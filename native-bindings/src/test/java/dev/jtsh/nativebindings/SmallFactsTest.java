// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class SmallFactsTest {
  @Test
  void thePasswdEntryIsTheOneOfTheUserDatabase() throws Exception {
    String uid = Integer.toString(ProcessCalls.getuid());
    Optional<String[]> line =
        Files.readAllLines(Path.of("/etc/passwd")).stream()
            .map(entry -> entry.split(":", -1))
            .filter(fields -> fields[2].equals(uid))
            .findFirst();
    Optional<PasswdEntry> expected =
        line.map(fields -> new PasswdEntry(fields[0], fields[5], fields[6]));
    if (expected.isPresent()) {
      assertThat(PasswdEntry.ofCurrentUser()).isEqualTo(expected);
    }
  }

  @Test
  void theProcessKnowsItself() {
    assertThat(ProcessCalls.getpid()).isEqualTo((int) ProcessHandle.current().pid());
    assertThat(ProcessHardening.tracerPid()).isZero();
  }

  /** The numbers of the kernel's headers for 64-bit ARM and of the macOS SDK. */
  @Test
  void openFlagsFollowTheSystem() {
    OpenFlags here = OpenFlags.of("Linux", "amd64");
    assertThat(here.noFollow()).isEqualTo(LibcBindings.O_NOFOLLOW());
    assertThat(OpenFlags.of("Linux", "aarch64").noFollow()).isEqualTo(0x8000);
    assertThat(OpenFlags.of("Mac OS X", "aarch64"))
        .isEqualTo(new OpenFlags(0x200, 0x800, 0x100, 0x100000, 0x1000000));
  }

  @Test
  void aSpawnRequestIsCheckedWhenItIsMade() {
    Environment none = Environment.empty();
    assertThatThrownBy(() -> new SpawnRequest("sh", List.of("sh"), none, Map.of()))
        .hasMessageContaining("needs a path");
    assertThatThrownBy(() -> new SpawnRequest("/bin/sh", List.of(), none, Map.of()))
        .hasMessageContaining("its name");
    assertThatThrownBy(() -> new SpawnRequest("/bin/sh", List.of("sh"), none, Map.of(3, -1)))
        .hasMessageContaining("descriptor -1");
    assertThatThrownBy(() -> none.with("A=B", "c")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> none.with("A", "b\0c")).isInstanceOf(IllegalArgumentException.class);
  }
}
