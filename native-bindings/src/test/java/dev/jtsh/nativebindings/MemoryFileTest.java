// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class MemoryFileTest {
  private static final byte[] CONTENT = "apiVersion: v1\n".getBytes(UTF_8);

  @Test
  void itsContentIsReadFromTheStartEachTime() throws Exception {
    try (MemoryFile file = create()) {
      assertThat(Files.readAllBytes(path(file))).isEqualTo(CONTENT);
      assertThat(Files.readAllBytes(path(file))).isEqualTo(CONTENT);
    }
  }

  @Test
  void itHasNoNameInAnyDirectory() throws Exception {
    try (MemoryFile file = create()) {
      assertThat(Files.readSymbolicLink(path(file)).toString()).startsWith("/memfd:kubeconfig");
    }
  }

  /** Root passes every permission bit; only the seals stop it. */
  @Test
  void nobodyCanWriteGrowOrShrinkIt() {
    try (MemoryFile file = create();
        Arena arena = Arena.ofConfined()) {
      MemorySegment more = arena.allocateFrom(JAVA_BYTE, CONTENT);

      assertNotPermitted(() -> FileCalls.writeFully(file.fd(), more));
      assertNotPermitted(() -> FileCalls.ftruncate(file.fd(), 1));
      assertNotPermitted(() -> FileCalls.ftruncate(file.fd(), 4096));
      assertNotPermitted(() -> FileCalls.fcntl(file.fd(), LibcBindings.F_ADD_SEALS(), 0));
      assertThatThrownBy(() -> Files.write(path(file), CONTENT, StandardOpenOption.WRITE))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void onlyItsOwnerMayOpenItAndNobodyMayExecuteIt() throws Exception {
    try (MemoryFile file = create()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path(file))))
          .isEqualTo("r--------");
    }
  }

  @Test
  void itsPagesAreLocked() throws Exception {
    try (MemoryFile file = create()) {
      assertThat(file.locked()).isTrue();
      assertThat(Files.readString(Path.of("/proc/self/smaps")))
          .containsPattern("memfd:kubeconfig[^V]*(\\n[A-Za-z_]+:.*)*?\\nVmFlags:[^\\n]* lo ");
    }
  }

  @Test
  void closingTwiceClosesOneDescriptor() {
    MemoryFile file = create();
    file.close();
    file.close();
    assertThat(Files.exists(path(file))).isFalse();
  }

  private static MemoryFile create() {
    try (Arena arena = Arena.ofConfined()) {
      return MemoryFile.create("kubeconfig", arena.allocateFrom(JAVA_BYTE, CONTENT));
    }
  }

  private static Path path(MemoryFile file) {
    return Path.of("/proc/self/fd/" + file.fd());
  }

  private static void assertNotPermitted(Runnable action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(LibcBindings.EPERM()));
  }
}
