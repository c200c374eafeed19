// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.EEXIST;
import static dev.jtsh.nativebindings.generated.LibcBindings.O_RDONLY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A directory that belongs to this user alone (mode 0700), looked at and held by one descriptor:
 * names below {@link #path} cannot be led elsewhere by renaming a part of the way to it (rule 15).
 * Linux only, because it needs {@code /proc/self/fd}.
 */
public final class PrivateDirectory implements AutoCloseable {
  private static final int OWNER_ENTERS = 0700;
  private static final int ALL_BITS = 07777;

  private final int fd;

  private PrivateDirectory(int fd) {
    this.fd = fd;
  }

  /**
   * Opens one that is there.
   *
   * @throws IOException if it is missing, a symbolic link, another user's, or open to others; the
   *     message says which
   */
  public static PrivateDirectory open(Path path) throws IOException {
    if (!NativeLinker.LINUX) {
      throw new IOException("this needs Linux");
    }
    OpenFlags flags = OpenFlags.HERE;
    int fd;
    try {
      fd =
          FileCalls.open(
              path, O_RDONLY() | flags.directory() | flags.noFollow() | flags.closeOnExec(), 0);
    } catch (ErrnoException e) {
      throw new IOException(path + " is no directory that can be opened", e);
    }
    PrivateDirectory directory = new PrivateDirectory(fd);
    boolean ours = false;
    try {
      directory.requireOurs(path);
      ours = true;
      return directory;
    } finally {
      if (!ours) {
        directory.close();
      }
    }
  }

  /**
   * Opens one below this, made if missing.
   *
   * @throws IOException as for {@link #open}
   */
  public PrivateDirectory child(String name) throws IOException {
    Path path = path().resolve(name);
    try {
      FileCalls.mkdir(path, OWNER_ENTERS);
    } catch (ErrnoException e) {
      if (e.errno() != EEXIST()) {
        throw new IOException(name + " cannot be made", e);
      }
    }
    return open(path);
  }

  /** The way to it by its descriptor; good as long as it is open. */
  public Path path() {
    return Path.of("/proc/self/fd/" + fd);
  }

  private void requireOurs(Path named) throws IOException {
    Map<String, Object> facts = Files.readAttributes(path(), "unix:uid,mode");
    boolean owned = Integer.valueOf(ProcessCalls.geteuid()).equals(facts.get("uid"));
    if (!owned) {
      throw new IOException(named + " belongs to another user");
    }
    if (!(facts.get("mode") instanceof Integer mode) || (mode & ALL_BITS) != OWNER_ENTERS) {
      throw new IOException(named + " is open to others: its mode is not 0700");
    }
  }

  @Override
  public void close() {
    FileCalls.close(fd);
  }
}
