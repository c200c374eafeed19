// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFailureTest {
  @TempDir Path directory;

  @Test
  void aMissingFileIsSaidToBeMissing() {
    Path missing = directory.resolve("missing");

    assertThat(failure(() -> Files.readString(missing))).isEqualTo(missing + " does not exist");
  }

  @Test
  void aFileInADirectorysPlaceIsSaid() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThat(FileFailure.of(new NotDirectoryException("a"))).isEqualTo("a is not a directory");
    assertThat(failure(() -> Files.readString(file.resolve("x"))))
        .isEqualTo(file.resolve("x") + ": Not a directory");
  }

  @Test
  void whoIsNotAllowedAndWhatIsFullIsSaid() {
    assertThat(FileFailure.of(new AccessDeniedException("a"))).isEqualTo("a: permission denied");
    assertThat(FileFailure.of(new FileSystemException("a", null, "No space left on device")))
        .isEqualTo("a: No space left on device");
    assertThat(FileFailure.of(new MalformedInputException(1))).isEqualTo("it is no text in UTF-8");
    assertThat(FileFailure.of(new IOException())).isEqualTo("it fails");
  }

  private interface Work {
    void run() throws IOException;
  }

  private static String failure(Work work) {
    try {
      work.run();
      throw new AssertionError("it does not fail");
    } catch (IOException e) {
      return FileFailure.of(e);
    }
  }
}
