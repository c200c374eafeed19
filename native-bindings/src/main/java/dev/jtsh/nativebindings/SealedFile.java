// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.F_GET_SEALS;
import static dev.jtsh.nativebindings.generated.LibcBindings.F_SEAL_GROW;
import static dev.jtsh.nativebindings.generated.LibcBindings.F_SEAL_SEAL;
import static dev.jtsh.nativebindings.generated.LibcBindings.F_SEAL_SHRINK;
import static dev.jtsh.nativebindings.generated.LibcBindings.F_SEAL_WRITE;
import static dev.jtsh.nativebindings.generated.LibcBindings.O_RDONLY;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How closed a {@link MemoryFile} is that another process made, asked of the kernel; its bytes are
 * not read.
 *
 * @param sealedAgainstWriting nobody can change its bytes
 * @param sealedAgainstResizing nobody can grow or shrink it
 * @param sealedForGood the seals cannot be changed
 */
public record SealedFile(
    boolean sealedAgainstWriting, boolean sealedAgainstResizing, boolean sealedForGood) {

  /**
   * Looks at a file by its path, such as {@code /proc/self/fd/3}.
   *
   * @return empty if it is no file in memory, or cannot be opened
   */
  public static Optional<SealedFile> at(Path path) {
    if (!NativeLinker.LINUX) {
      return Optional.empty();
    }
    try {
      int fd = FileCalls.open(path, O_RDONLY() | OpenFlags.HERE.closeOnExec(), 0);
      try {
        int seals = FileCalls.fcntl(fd, F_GET_SEALS(), 0);
        int resizing = F_SEAL_SHRINK() | F_SEAL_GROW();
        return Optional.of(
            new SealedFile(
                (seals & F_SEAL_WRITE()) != 0,
                (seals & resizing) == resizing,
                (seals & F_SEAL_SEAL()) != 0));
      } finally {
        FileCalls.close(fd);
      }
    } catch (ErrnoException e) {
      return Optional.empty();
    }
  }

  /** Whether every seal is there. */
  public boolean complete() {
    return sealedAgainstWriting && sealedAgainstResizing && sealedForGood;
  }
}
