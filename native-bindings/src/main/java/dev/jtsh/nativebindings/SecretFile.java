// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.O_RDONLY;
import static dev.jtsh.nativebindings.generated.LibcBindings.O_WRONLY;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Secrets between files and the arena, by read(2) and write(2) without a Java array between. */
public final class SecretFile {
  private static final int OWNER_ONLY = 0600;
  private static final int READ_BYTES = 4096;

  private SecretFile() {}

  /**
   * Reads a whole file into the arena.
   *
   * @param maxBytes a longer file is refused
   * @throws ErrnoException if it cannot be read
   * @throws KeyFormatException if it is empty or longer than {@code maxBytes}
   */
  public static SecretBuffer read(Path path, int maxBytes) {
    int fd = FileCalls.open(path, O_RDONLY() | OpenFlags.HERE.closeOnExec(), 0);
    SecretBuffer content = SecretArena.process().allocate(maxBytes + 1);
    try {
      int length = 0;
      while (length <= maxBytes) {
        int wanted = Math.min(READ_BYTES, maxBytes + 1 - length);
        long got = FileCalls.read(fd, content.segment().asSlice(length, wanted));
        if (got == 0) {
          break;
        }
        length += (int) got;
      }
      if (length == 0 || length > maxBytes) {
        String fault = length == 0 ? " is empty" : " is longer than " + maxBytes + " bytes";
        throw new KeyFormatException(path + fault);
      }
      return content.shrinkTo(length);
    } catch (RuntimeException e) {
      content.close();
      throw e;
    } finally {
      FileCalls.close(fd);
    }
  }

  /**
   * Makes a new file that only its owner can read, whatever the umask. It must not exist; a
   * symbolic link in its place is not followed.
   *
   * @throws ErrnoException if the file exists or cannot be made
   */
  public static void create(Path path, MemorySegment content) {
    FileCalls.close(createOpen(path, content));
  }

  /** As {@link #create}; the descriptor stays open. On failure nothing is left. */
  static int createOpen(Path path, MemorySegment content) {
    OpenFlags flags = OpenFlags.HERE;
    int fd =
        FileCalls.open(
            path,
            O_WRONLY()
                | flags.create()
                | flags.exclusive()
                | flags.noFollow()
                | flags.closeOnExec(),
            OWNER_ONLY);
    try {
      FileCalls.fchmod(fd, OWNER_ONLY); // The umask may have taken bits away.
      FileCalls.writeFully(fd, content);
      return fd;
    } catch (RuntimeException e) {
      FileCalls.close(fd);
      FileCalls.unlink(path);
      throw e;
    }
  }

  /**
   * Writes a secret to an open descriptor, for example standard output.
   *
   * @throws ErrnoException if the other side is gone
   */
  public static void write(int fd, MemorySegment content) {
    FileCalls.writeFully(fd, content);
  }
}
