// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalInputTest {
  @TempDir Path directory;

  @Test
  void takesOneLineAndLeavesTheRestToTheNextReader() throws Exception {
    int fd = fileWith("first\nsecond\n");

    assertThat(line(fd)).isEqualTo("first");
    assertThat(line(fd)).isEqualTo("second");
    assertThatThrownBy(() -> line(fd)).isInstanceOf(IOException.class);
  }

  @Test
  void aLineTooLongIsRefused() throws Exception {
    int fd = fileWith("12345678901\n");

    assertThatThrownBy(() -> line(fd)).hasMessageContaining("longer than 10 bytes");
  }

  private int fileWith(String content) throws IOException {
    Path file = Files.writeString(directory.resolve("input"), content);
    return FileCalls.open(file, 0, 0);
  }

  private static String line(int fd) throws IOException {
    try (SecretBuffer line = TerminalInput.readHidden(fd, 10)) {
      return new String(line.segment().toArray(ValueLayout.JAVA_BYTE), UTF_8);
    }
  }
}
