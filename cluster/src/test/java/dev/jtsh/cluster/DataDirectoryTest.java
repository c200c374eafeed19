// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path directory;

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void newAndEmptyDirectoriesBecomeTheOwnersOnly() throws IOException {
    Path fresh = directory.resolve("a/b");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("rwxr-xr-x"));

    DataDirectory.take(fresh).close();
    DataDirectory.take(empty).close();

    assertThat(mode(fresh)).isEqualTo("rwx------");
    assertThat(mode(empty)).isEqualTo("rwx------");
  }

  @Test
  void usedDirectoryThatIsOpenToOthersIsRefused() throws IOException {
    Files.writeString(directory.resolve("file"), "x");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));

    assertThatThrownBy(() -> DataDirectory.take(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 700");
  }

  @Test
  void oneClusterAtATimeHasIt() throws IOException {
    Path path = directory.resolve("data");
    try (DataDirectory taken = DataDirectory.take(path)) {
      assertThatThrownBy(() -> DataDirectory.take(taken.path()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another jtsh-cluster");
    }
    DataDirectory.take(path).close();
  }

  @Test
  void dataOfAnotherClusterIsRefused() throws IOException {
    try (DataDirectory data = DataDirectory.take(directory.resolve("data"))) {
      data.belongTo("one");
      data.belongTo("one");

      assertThatThrownBy(() -> data.belongTo("two"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("belongs to cluster one, not to two");
    }
  }
}
