// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A question on a terminal whose foreground belongs to another job. The terminal is taken from that
 * job for as long as the question stands, because the kernel lets only the foreground read; what
 * was typed before the question is thrown away.
 */
public final class TerminalQuestion {
  private static final int ANSWER_BYTES_MAX = 256;
  private static final int GROUP_FIELD = 2;

  private TerminalQuestion() {}

  /**
   * Asks. The signals of {@link Signals#ignoreForShell} must be ignored meanwhile, as they are
   * while a session's shell runs.
   *
   * @param fd a terminal in line mode
   * @param prompt writes the question
   * @param limit how long to wait for a line
   * @return the line without its end; empty when none came in time, or nobody can be asked
   */
  public static Optional<String> ask(int fd, Runnable prompt, Duration limit) {
    int job = TerminalState.foregroundGroup(fd);
    int own = ownGroup();
    if (job <= 0 || own <= 0) {
      return Optional.empty();
    }
    try {
      if (job != own) {
        TerminalCalls.tcsetpgrp(fd, own);
      }
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment line = arena.allocate(ANSWER_BYTES_MAX);
        while (ProcessCalls.pollReadable(fd, 0) && FileCalls.read(fd, line) > 0) {
          line.fill((byte) 0);
        }
        prompt.run();
        return answer(fd, line, limit);
      } finally {
        // Unless the shell has taken it meanwhile, because the job has ended.
        if (job != own && TerminalState.foregroundGroup(fd) == own) {
          TerminalCalls.tcsetpgrp(fd, job);
        }
      }
    } catch (ErrnoException e) {
      return Optional.empty(); // The terminal, or the job, has gone.
    }
  }

  private static Optional<String> answer(int fd, MemorySegment line, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    for (long left = limit.toMillis(); left > 0; left = (end - System.nanoTime()) / 1_000_000) {
      if (ProcessCalls.pollReadable(fd, (int) Math.min(left, Integer.MAX_VALUE))) {
        long bytes = FileCalls.read(fd, line);
        byte[] text = line.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
        return Optional.of(new String(text, StandardCharsets.UTF_8).strip());
      }
    }
    return Optional.empty();
  }

  /** The process group of this process: the third field behind the name in proc(5)'s stat. */
  static int ownGroup() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
      return Integer.parseInt(
          stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[GROUP_FIELD]);
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }
}
