// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The one directory of a demo, where {@code ./dev approve} finds it: {@code /tmp/jtsh-demo-<user>},
 * for its owner only, gone with the demo.
 */
final class DemoPlace implements AutoCloseable {
  private static final Path DIRECTORY =
      Path.of("/tmp", "jtsh-demo-" + System.getProperty("user.name"));

  private DemoPlace() {}

  /** Makes the directory; what a killed demo left is removed first. */
  static DemoPlace create() throws IOException {
    Path owner = DIRECTORY.resolve("pid");
    if (Files.exists(owner)) {
      Optional<ProcessHandle> other =
          ProcessHandle.of(Long.parseLong(Files.readString(owner).strip()));
      if (other.isPresent() && other.get().isAlive()) {
        throw new IOException("another demo runs here already; type exit in it first");
      }
      delete(DIRECTORY);
    }
    try {
      Files.createDirectory(
          DIRECTORY,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(DIRECTORY + " is in the way; remove it", e);
    }
    Files.writeString(owner, Long.toString(ProcessHandle.current().pid()));
    return new DemoPlace();
  }

  /** A file of the demo that runs now, or empty when none does. */
  static Optional<String> read(String name) throws IOException {
    Path file = DIRECTORY.resolve(name);
    return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
  }

  static Path path(String name) {
    return DIRECTORY.resolve(name);
  }

  void write(String name, String content) throws IOException {
    Files.writeString(path(name), content);
  }

  @Override
  public void close() {
    try {
      delete(DIRECTORY);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + DIRECTORY, e);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (Files.notExists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path visited, @org.jspecify.annotations.Nullable IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
