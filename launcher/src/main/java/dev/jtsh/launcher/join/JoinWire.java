// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.join;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/** Frames on the socket: a length of four bytes, and as many bytes. */
final class JoinWire {
  static final int JSON_BYTES_MAX = 8 * 1024;

  private JoinWire() {}

  /** Whether the process that made the other end is this user's. */
  static boolean sameUser(SocketChannel channel, UserPrincipal user) throws IOException {
    return channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().equals(user);
  }

  /** Writes one frame. */
  static void write(SocketChannel channel, byte[] bytes) throws IOException {
    writeFully(
        channel, ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).flip());
  }

  static void writeFully(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Reads one frame of JSON. */
  static byte[] read(SocketChannel channel) throws IOException {
    ByteBuffer length = ByteBuffer.allocate(4);
    readFully(channel, length);
    int bytes = length.flip().getInt();
    if (bytes < 0 || bytes > JSON_BYTES_MAX) {
      throw new IOException("a frame of %d bytes".formatted(bytes));
    }
    ByteBuffer content = ByteBuffer.allocate(bytes);
    readFully(channel, content);
    return content.array();
  }

  static void readFully(SocketChannel channel, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new EOFException("the other end hung up");
      }
    }
  }

  /** Closes a channel whose other end says nothing for too long, unless interrupted before. */
  static Thread closeAfter(SocketChannel channel, Duration limit) {
    return Thread.ofVirtual()
        .name("join limit")
        .start(() -> {
          try {
            Thread.sleep(limit);
            channel.close();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (IOException e) {
            // Closed already.
          }
        });
  }
}
