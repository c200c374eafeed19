// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");

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
    var mode = PosixFilePermissions.asFileAttribute(OWNER_FILE);
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

  /**
   * Writes down whose data it is, or checks it: certificates of one cluster are none of another, so
   * a cluster that changes its name would lock everybody out.
   *
   * @throws IOException if the data is another cluster's
   */
  void belongTo(String clusterName) throws IOException {
    Path file = path.resolve("cluster-name");
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      Path fresh = path.resolve("cluster-name.new");
      Files.writeString(fresh, clusterName + "\n", StandardCharsets.UTF_8);
      Files.setPosixFilePermissions(fresh, OWNER_FILE);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    String owner = Files.readString(file, StandardCharsets.UTF_8).strip();
    if (!owner.equals(clusterName)) {
      throw new IOException(
          "the data directory %s belongs to cluster %s, not to %s; a cluster cannot be renamed"
              .formatted(path, SafeText.of(owner), clusterName));
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
