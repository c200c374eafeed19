// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** What both ends of the command socket share: its place, its checks, its lines. */
final class AdminSocket {
  static final int MAX_REQUEST_BYTES = 64 * 1024;
  static final int MAX_ANSWER_BYTES = 1024 * 1024;
  private static final String NAME = "admin.sock";

  /** Longest path that fits into {@code sockaddr_un} everywhere. */
  private static final int MAX_PATH_BYTES = 103;

  private static final int CHUNK = 8 * 1024;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private AdminSocket() {}

  /**
   * Where the socket of a data directory is.
   *
   * @throws IOException if the path is too long for a socket
   */
  static UnixDomainSocketAddress address(Path dataDirectory) throws IOException {
    Path path = dataDirectory.resolve(NAME);
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
      throw new IOException(
          "the data directory's path is too long for a socket in it: " + dataDirectory);
    }
    return UnixDomainSocketAddress.of(path);
  }

  /**
   * Checks that nobody but its owner can reach into the directory. The path may be a link, as it is
   * for systemd's services that run as a user made up for them; what it leads to counts.
   *
   * @throws IOException if others can, or it is no directory
   */
  static void requirePrivate(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IOException(directory + " is not a directory");
    }
    if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(directory))) {
      throw new IOException(
          directory + " is open to others; it holds keys: chmod 700 " + directory);
    }
  }

  /** Reads up to a line feed. */
  static byte[] readLine(SocketChannel channel, int maxBytes) throws IOException {
    var line = new ByteArrayOutputStream();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    while (channel.read(chunk) >= 0) {
      chunk.flip();
      while (chunk.hasRemaining()) {
        byte next = chunk.get();
        if (next == '\n') {
          return line.toByteArray();
        }
        if (line.size() == maxBytes) {
          throw new IOException("line is longer than " + maxBytes + " bytes");
        }
        line.write(next);
      }
      chunk.clear();
    }
    throw new IOException("connection ended within a line");
  }

  static void writeLine(SocketChannel channel, byte[] line) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
