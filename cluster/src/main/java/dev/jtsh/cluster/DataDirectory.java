// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory with everything a cluster keeps, held by one process at a time. Keys lie in it, so
 * it is for its owner only.
 */
final class DataDirectory implements AutoCloseable {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path path;
  private final FileChannel lockFile;

  private DataDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Makes the directory if it is not there, and takes it.
   *
   * @throws IOException if others may look into it, another process has it, or it cannot be made
   */
  static DataDirectory take(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }
    if (!Files.isDirectory(path)) {
      throw new IOException("the data directory " + path + " is no directory");
    }
    if (isEmpty(path)) {
      Files.setPosixFilePermissions(path, OWNER_ONLY); // New, with whatever the umask left.
    }
    if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(path))) {
      throw new IOException(
          "the data directory is open to others; it holds keys: chmod 700 " + path);
    }
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    FileChannel lockFile =
        FileChannel.open(
            path.resolve("lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            mode);
    if (lockOf(lockFile) == null) {
      lockFile.close();
      throw new IOException("another jtsh-cluster runs with the data directory " + path);
    }
    return new DataDirectory(path, lockFile);
  }

  private static boolean isEmpty(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.findAny().isEmpty();
    }
  }

  private static @Nullable FileLock lockOf(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // This very process has it: a second cluster in one test, say.
    }
  }

  Path path() {
    return path;
  }

  /** Gives it back; the lock goes with its file. */
  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
