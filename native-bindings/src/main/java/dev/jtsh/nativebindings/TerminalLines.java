// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Lines of a terminal, one at a time and only for so long: whoever reads by a stream cannot be
 * stopped, and takes what is meant for the next reader.
 */
public final class TerminalLines {
  private static final int LINE_BYTES_MAX = 256;

  private TerminalLines() {}

  /**
   * Waits for a line.
   *
   * @param fd a terminal in line mode
   * @return the line without its end; empty when none came in time
   * @throws EOFException when the input has ended
   * @throws IOException when the terminal has gone
   */
  public static Optional<String> read(int fd, Duration limit) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      if (!ProcessCalls.pollReadable(fd, (int) limit.toMillis())) {
        return Optional.empty();
      }
      MemorySegment line = arena.allocate(LINE_BYTES_MAX);
      long bytes = FileCalls.read(fd, line);
      if (bytes == 0) {
        throw new EOFException("the terminal's input has ended");
      }
      byte[] text = line.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
      return Optional.of(new String(text, StandardCharsets.UTF_8).strip());
    } catch (ErrnoException e) {
      throw new IOException("the terminal cannot be read", e);
    }
  }
}
