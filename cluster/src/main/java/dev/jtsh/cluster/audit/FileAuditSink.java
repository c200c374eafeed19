// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;

/** Appends JSON lines to a file that only its owner may read. */
public final class FileAuditSink implements AuditSink {
  private final FileChannel channel;

  private FileAuditSink(FileChannel channel) {
    this.channel = channel;
  }

  /** Opens {@code file}, making it with mode 0600 when it is not there; follows no link. */
  public static FileAuditSink open(Path file) throws IOException {
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    return new FileAuditSink(
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND,
                LinkOption.NOFOLLOW_LINKS),
            mode));
  }

  @Override
  public void append(Instant time, String uid, byte[] json) throws IOException {
    ByteBuffer line = ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
    while (line.hasRemaining()) {
      channel.write(line);
    }
  }

  @Override
  public void close() throws IOException {
    channel.force(true);
    channel.close();
  }
}
