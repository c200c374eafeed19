// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.EEXIST;
import static dev.jtsh.nativebindings.generated.LibcBindings.LOCK_EX;
import static dev.jtsh.nativebindings.generated.LibcBindings.LOCK_NB;
import static dev.jtsh.nativebindings.generated.LibcBindings.O_RDONLY;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The session's kubeconfig where there is no memfd: a file that only its owner can read, in a
 * directory only its owner can enter. It goes at {@link #close}, when the process is asked to end
 * (SIGTERM, SIGHUP, SIGINT), and before {@link ProcessExit#now}. What a killed process left is
 * removed by the next one: every living owner holds a lock on its file, which the system drops with
 * the process, so no pid and no clock has to be believed.
 */
public final class TemporaryFile implements SessionFile {
  private static final Set<PosixFilePermission> OWNER_ENTERS =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OWNER_READS =
      PosixFilePermissions.fromString("rw-------");
  private static final int DIRECTORY_MODE = 0700;
  private static final String PREFIX = "kubeconfig-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "[0-9]{1,10}-[0-9a-f]{16}");
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Files of this process that still exist; the shutdown hook empties it. */
  private static final Set<TemporaryFile> OPEN = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final int fd;
  private boolean closed;

  private TemporaryFile(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /**
   * Removes what dead processes left and makes the file.
   *
   * @param root the system's directory for temporary files
   * @throws ErrnoException if the directory or the file cannot be made
   * @throws IllegalStateException if somebody else prepared our directory
   */
  public static TemporaryFile create(Path root, MemorySegment content) {
    Path directory = ownDirectory(root);
    OpenFlags flags = OpenFlags.HERE;
    int readDirectory = O_RDONLY() | flags.directory() | flags.noFollow() | flags.closeOnExec();
    int lock = FileCalls.open(directory, readDirectory, 0);
    try {
      FileCalls.flock(lock, LOCK_EX()); // No other start may see our file before it is locked.
      removeLeftovers(directory);
      byte[] random = new byte[8];
      RANDOM.nextBytes(random);
      String name = PREFIX + ProcessCalls.getpid() + "-" + HexFormat.of().formatHex(random);
      TemporaryFile file = lockedFile(directory.resolve(name), content);
      Hook.install();
      return file;
    } finally {
      FileCalls.close(lock);
    }
  }

  /**
   * Whether a file is one of this user, where and as this class makes them; its maker may be dead.
   */
  public static boolean isOneOfThisUser(Path file) {
    Path directory = file.getParent();
    if (directory == null
        || !file.isAbsolute()
        || !NAME.matcher(String.valueOf(file.getFileName())).matches()) {
      return false;
    }
    int user = ProcessCalls.geteuid();
    if (!directory.endsWith(directoryName(user))) {
      return false;
    }
    try {
      return isOurs(directory, "isDirectory", OWNER_ENTERS, user)
          && isOurs(file, "isRegularFile", OWNER_READS, user);
    } catch (IOException e) {
      return false;
    }
  }

  /** Where the file lies. */
  public Path path() {
    return path;
  }

  @Override
  public boolean locked() {
    return false;
  }

  @Override
  public String kubeconfigPath() {
    return path.toString();
  }

  @Override
  public Map<Integer, Integer> childDescriptors() {
    return Map.of();
  }

  /** Removes the file. Closing twice does nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      OPEN.remove(this);
      try {
        FileCalls.ftruncate(fd, 0);
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new UncheckedIOException("remove " + path, e);
      } finally {
        FileCalls.close(fd);
      }
    }
  }

  /** Removes every file of this process, for ends that run no shutdown hook. */
  static void closeAll() {
    for (TemporaryFile file : OPEN) {
      file.close();
    }
  }

  private static TemporaryFile lockedFile(Path path, MemorySegment content) {
    int fd = SecretFile.createOpen(path, content);
    TemporaryFile file = new TemporaryFile(path, fd);
    OPEN.add(file);
    try {
      FileCalls.flock(fd, LOCK_EX() | LOCK_NB());
      return file;
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** A directory that is ours and ours alone, made if missing. */
  private static Path ownDirectory(Path root) {
    int user = ProcessCalls.geteuid();
    Path directory = root.resolve(directoryName(user));
    try {
      FileCalls.mkdir(directory, DIRECTORY_MODE);
      Files.setPosixFilePermissions(directory, OWNER_ENTERS); // The umask may have taken bits.
    } catch (ErrnoException e) {
      if (e.errno() != EEXIST()) {
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("set permissions of " + directory, e);
    }
    try {
      if (!isOurs(directory, "isDirectory", OWNER_ENTERS, user)) {
        throw new IllegalStateException(
            directory + " is not a directory that belongs to you alone (mode 0700); remove it");
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException("look at " + directory, e);
    }
  }

  private static String directoryName(int user) {
    return "jtsh-" + Integer.toUnsignedString(user);
  }

  private static boolean isOurs(
      Path path, String kind, Set<PosixFilePermission> permissions, int user) throws IOException {
    Map<String, Object> facts =
        Files.readAttributes(path, "unix:" + kind + ",uid,permissions", NOFOLLOW_LINKS);
    return Boolean.TRUE.equals(facts.get(kind))
        && Integer.valueOf(user).equals(facts.get("uid"))
        && permissions.equals(facts.get("permissions"));
  }

  private static void removeLeftovers(Path directory) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*")) {
      for (Path file : files) {
        removeIfOwnerIsDead(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("look into " + directory, e);
    }
  }

  private static void removeIfOwnerIsDead(Path file) {
    int fd;
    try {
      OpenFlags flags = OpenFlags.HERE;
      fd = FileCalls.open(file, O_RDONLY() | flags.noFollow() | flags.closeOnExec(), 0);
    } catch (ErrnoException e) {
      return; // Gone meanwhile, or no file of ours.
    }
    try {
      FileCalls.flock(fd, LOCK_EX() | LOCK_NB());
      FileCalls.unlink(file);
    } catch (ErrnoException e) {
      // Locked: its owner lives.
    } finally {
      FileCalls.close(fd);
    }
  }

  /** Installed once, with the first file. */
  private static final class Hook {
    static {
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform().name("temporary-files").unstarted(TemporaryFile::closeAll));
    }

    static void install() {}
  }
}
