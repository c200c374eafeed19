// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A new directory for what a test writes; it goes with the test, however the test ends. */
public final class OwnDirectory implements AutoCloseable {
  private static final Duration WRITERS_END_MAX = Duration.ofSeconds(30);
  private static final Duration AGAIN = Duration.ofMillis(50);

  private final Path path;
  private final Guard guard;

  private OwnDirectory(Path path, Guard guard) {
    this.path = path;
    this.guard = guard;
  }

  /**
   * Makes one among the machine's temporary files.
   *
   * @param prefix what its name begins with
   */
  public static OwnDirectory create(String prefix) throws IOException {
    Path path = Files.createTempDirectory(prefix);
    return new OwnDirectory(path, Guard.removing(path));
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /**
   * Removes it. Whoever writes there must have ended or be about to: shells such as fish leave
   * behind, for a moment, a process that writes what completes their commands.
   */
  @Override
  public void close() {
    guard.close();
    long end = System.nanoTime() + WRITERS_END_MAX.toNanos();
    while (true) {
      try {
        remove();
        return;
      } catch (IOException | UncheckedIOException e) {
        if (System.nanoTime() >= end) {
          throw new IllegalStateException("cannot remove " + path, e);
        }
        LockSupport.parkNanos(AGAIN.toNanos());
      }
    }
  }

  private void remove() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path one : deepestFirst) {
        Files.deleteIfExists(one);
      }
    }
  }
}
