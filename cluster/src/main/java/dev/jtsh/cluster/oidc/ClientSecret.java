// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;

/** The client's secret, read from its file when it is needed and wiped after. */
final class ClientSecret implements AutoCloseable {
  private static final int BYTES_MAX = 1024;
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final byte[] bytes;

  private ClientSecret(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads it; a line end after it is not part of it.
   *
   * @throws IOException when it cannot be read, is empty, or others could read it
   */
  static ClientSecret read(Path file) throws IOException {
    if (Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS).stream()
        .anyMatch(OTHERS::contains)) {
      throw new IOException("others may read the client secret: chmod 600 " + file);
    }
    byte[] all;
    try (var in = Files.newInputStream(file)) {
      all = in.readNBytes(BYTES_MAX + 1);
    }
    try {
      int end = all.length;
      while (end > 0 && (all[end - 1] == '\n' || all[end - 1] == '\r' || all[end - 1] == ' ')) {
        end--;
      }
      if (end == 0 || all.length > BYTES_MAX) {
        throw new IOException("there is no client secret in " + file);
      }
      return new ClientSecret(Arrays.copyOf(all, end));
    } finally {
      Arrays.fill(all, (byte) 0);
    }
  }

  /** The bytes themselves, to be looked at before {@link #close}. */
  byte[] bytes() {
    return bytes;
  }

  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
  }
}
