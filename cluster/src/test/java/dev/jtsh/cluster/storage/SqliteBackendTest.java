// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteBackendTest extends BackendContract {
  @TempDir Path directory;

  @Override
  Backend open(InstantSource clock) {
    return SqliteBackend.open(directory.resolve("contract.db"), clock);
  }

  @Test
  void itemsAndRevisionsOutliveTheProcess() {
    Path file = directory.resolve("kept.db");
    long revision;
    try (Backend first = SqliteBackend.open(file, InstantSource.system())) {
      revision = first.put("k", bytes("1"), null).revision();
      first.delete("k");
      first.put("l", bytes("2"), null);
    }
    try (Backend second = SqliteBackend.open(file, InstantSource.system())) {
      assertThat(text(second.get("l"))).isEqualTo("2");
      assertThat(second.put("k", bytes("3"), null).revision()).isGreaterThan(revision + 1);
    }
  }

  @Test
  void databaseAndItsSiblingsAreForTheirOwnerOnly() throws Exception {
    Path file = directory.resolve("private.db");
    try (Backend backend = SqliteBackend.open(file, InstantSource.system())) {
      backend.put("k", bytes("1"), null);

      List<Path> files;
      try (var listing = Files.list(directory)) {
        files = listing.filter(f -> f.getFileName().toString().startsWith("private.db")).toList();
      }
      assertThat(files).hasSizeGreaterThan(1);
      for (Path each : files) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .as("%s", each)
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void databaseThatOthersMayReadIsRefused() throws Exception {
    Path file = Files.createFile(directory.resolve("open.db"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> SqliteBackend.open(file, InstantSource.system()))
        .withMessageContaining("chmod 600");
  }

  @Test
  void linkInPlaceOfTheDatabaseIsRefused() throws Exception {
    Path link = directory.resolve("link.db");
    Files.createSymbolicLink(link, directory.resolve("elsewhere.db"));

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> SqliteBackend.open(link, InstantSource.system()));
    assertThat(directory.resolve("elsewhere.db")).doesNotExist();
  }
}
