// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.EINVAL;
import static dev.jtsh.nativebindings.generated.LibcBindings.F_ADD_SEALS;
import static dev.jtsh.nativebindings.generated.LibcBindings.F_GET_SEALS;
import static dev.jtsh.nativebindings.generated.LibcBindings.F_SEAL_GROW;
import static dev.jtsh.nativebindings.generated.LibcBindings.F_SEAL_SEAL;
import static dev.jtsh.nativebindings.generated.LibcBindings.F_SEAL_SHRINK;
import static dev.jtsh.nativebindings.generated.LibcBindings.F_SEAL_WRITE;
import static dev.jtsh.nativebindings.generated.LibcBindings.MAP_SHARED;
import static dev.jtsh.nativebindings.generated.LibcBindings.MFD_ALLOW_SEALING;
import static dev.jtsh.nativebindings.generated.LibcBindings.MFD_CLOEXEC;
import static dev.jtsh.nativebindings.generated.LibcBindings.PROT_READ;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A file without a name in any directory (memfd_create), mode 0400, sealed: nobody, root included,
 * can write, grow or shrink it. A read-only mapping of it is kept and locked, so that its pages are
 * not swapped while the session lives (rule 17). The descriptor is close-on-exec; a child gets it
 * through {@link SpawnRequest#descriptors}.
 */
public final class MemoryFile implements SessionFile {
  /** Where the child finds the file. */
  public static final int CHILD_DESCRIPTOR = 3;

  /** MFD_NOEXEC_SEAL of Linux 6.3: newer than the headers of the oldest system we build on. */
  private static final int MFD_NOEXEC_SEAL = 0x8;

  private static final int OWNER_READS = 0400;

  private final int fd;
  private final MemorySegment mapping;
  private final boolean locked;
  private final AtomicBoolean closed = new AtomicBoolean();

  private MemoryFile(int fd, MemorySegment mapping, boolean locked) {
    this.fd = fd;
    this.mapping = mapping;
    this.locked = locked;
  }

  /**
   * Makes the file.
   *
   * @param name shown by /proc, not unique
   * @param content written straight from its memory; at least one byte
   */
  public static MemoryFile create(String name, MemorySegment content) {
    if (content.byteSize() == 0) {
      throw new IllegalArgumentException("a memory file needs content");
    }
    int fd = open(name);
    try {
      FileCalls.writeFully(fd, content);
      FileCalls.fchmod(fd, OWNER_READS);
      int seals = F_SEAL_SHRINK() | F_SEAL_GROW() | F_SEAL_WRITE() | F_SEAL_SEAL();
      FileCalls.fcntl(fd, F_ADD_SEALS(), seals);
      FileCalls.rewind(fd);
      MemorySegment mapping =
          MemoryCalls.mmap(MemorySegment.NULL, content.byteSize(), PROT_READ(), MAP_SHARED(), fd);
      return new MemoryFile(fd, mapping, lock(mapping));
    } catch (RuntimeException e) {
      FileCalls.close(fd);
      throw e;
    }
  }

  /** Our descriptor of the file. */
  public int fd() {
    return fd;
  }

  /** Its bytes, read-only; not to be used after {@link #close}. */
  public MemorySegment content() {
    return mapping.asReadOnly();
  }

  /** False only where the limit of locked memory is near zero. */
  @Override
  public boolean locked() {
    return locked;
  }

  /** Asks the kernel how closed the file is. */
  public MemoryFileState state() {
    int seals = FileCalls.fcntl(fd, F_GET_SEALS(), 0);
    int resizing = F_SEAL_SHRINK() | F_SEAL_GROW();
    return new MemoryFileState(
        (seals & F_SEAL_WRITE()) != 0,
        (seals & resizing) == resizing,
        (seals & F_SEAL_SEAL()) != 0,
        mode(),
        mapping.byteSize(),
        locked);
  }

  private int mode() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self/fd/" + fd), "unix:mode") & 07777;
    } catch (IOException e) {
      throw new UncheckedIOException("stat of descriptor " + fd, e);
    }
  }

  @Override
  public String kubeconfigPath() {
    return "/proc/self/fd/" + CHILD_DESCRIPTOR;
  }

  @Override
  public Map<Integer, Integer> childDescriptors() {
    FileCalls.rewind(fd); // A child's plain read shares the position of our descriptor.
    return Map.of(CHILD_DESCRIPTOR, fd);
  }

  /** Gives our descriptor and mapping back; the file lives on in children that have it open. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      MemoryCalls.munmap(mapping);
      FileCalls.close(fd);
    }
  }

  private static int open(String name) {
    int flags = MFD_CLOEXEC() | MFD_ALLOW_SEALING();
    try {
      return MemoryCalls.memfdCreate(name, flags | MFD_NOEXEC_SEAL);
    } catch (ErrnoException e) {
      if (e.errno() != EINVAL()) {
        throw e;
      }
      return MemoryCalls.memfdCreate(name, flags); // A kernel before 6.3.
    }
  }

  private static boolean lock(MemorySegment mapping) {
    try {
      MemoryCalls.mlock(mapping);
      return true;
    } catch (ErrnoException e) {
      return false;
    }
  }
}
