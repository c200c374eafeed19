// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
  @TempDir Path directory;

  @Test
  void whatIsWrittenIsReadBackAndIsItsOwnersAlone() throws Exception {
    Path file = directory.resolve("key");
    byte[] content = "x".repeat(5_000).getBytes(UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      SecretFile.create(file, arena.allocateFrom(JAVA_BYTE, content));
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    int used = SecretArena.process().used();
    try (SecretBuffer read = SecretFile.read(file, 8_192)) {
      assertThat(read.size()).isEqualTo(content.length);
      assertThat(read.segment().toArray(JAVA_BYTE)).isEqualTo(content);
    }
    assertThat(SecretArena.process().used()).isEqualTo(used);
  }

  @Test
  void anExistingFileIsNeverOverwritten() throws Exception {
    Path file = Files.writeString(directory.resolve("key"), "old");
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> SecretFile.create(file, arena.allocateFrom("new")))
          .isInstanceOf(ErrnoException.class);
    }
    assertThat(file).hasContent("old");
  }

  @Test
  void emptyLongAndMissingFilesAreRefusedByName() throws Exception {
    Path empty = Files.writeString(directory.resolve("empty"), "");
    Path exact = Files.writeString(directory.resolve("exact"), "12345678");
    Path longer = Files.writeString(directory.resolve("longer"), "123456789");
    int used = SecretArena.process().used();

    assertThatThrownBy(() -> SecretFile.read(empty, 8)).hasMessageContaining("empty is empty");
    assertThatThrownBy(() -> SecretFile.read(longer, 8)).hasMessageContaining("longer than 8");
    assertThatThrownBy(() -> SecretFile.read(directory.resolve("none"), 8))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("none");
    SecretFile.read(exact, 8).close();
    assertThat(SecretArena.process().used()).isEqualTo(used);
  }
}
