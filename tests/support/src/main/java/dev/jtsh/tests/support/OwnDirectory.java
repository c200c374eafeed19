// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A new directory for what a test writes; it goes with the test, however the test ends. */
public final class OwnDirectory implements AutoCloseable {
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

  /** Removes it; whoever writes there must have ended. */
  @Override
  public void close() {
    guard.close();
    try (Stream<Path> all = Files.walk(path)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path one : deepestFirst) {
        Files.deleteIfExists(one);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + path, e);
    }
  }
}
