// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies of our classes and of {@link Subject} where every user can read them: the build may lie
 * where ordinary users cannot look.
 */
final class PublicClassPath {
  private PublicClassPath() {}

  /** Copies them below a directory of the test and opens that for all. */
  static String in(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> copies = new ArrayList<>();
    for (Class<?> type : List.of(NativeKey.class, Subject.class)) {
      Path from = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
      Path copy = directory.resolve(copies.size() + "-" + from.getFileName());
      copyTree(from, copy);
      copies.add(copy.toString());
    }
    return String.join(":", copies);
  }

  private static void copyTree(Path from, Path to) {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
