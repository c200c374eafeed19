// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import dev.jtsh.tests.kubernetes.RunningProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Cleans up what a test leaves when its JVM ends before the test could: by SIGTERM, by a crash, by
 * {@code kill -9}. A small shell that waits for the end of the pipe from this JVM.
 */
public final class Guard implements AutoCloseable {
  private static final Duration END_LIMIT = Duration.ofSeconds(20);
  private static final String DISMISSED = "dismissed\n";

  /** {@code ^C} reaches the whole process group; the guard's work only begins then. */
  private static final String WAIT =
      "trap '' INT TERM HUP; read -r word; [ \"$word\" = dismissed ] && exit 0; ";

  /** Others in it are being ended by guards of their own and may still write. */
  private static final String REMOVE =
      "for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- \"$1\" 2>/dev/null && exit 0; sleep 0.5; done";

  private final RunningProgram shell;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Guard(String work, String argument) {
    shell =
        RunningProgram.start(
            List.of("sh", "-c", WAIT + work, "guard", argument), Map.of("PATH", "/usr/bin:/bin"));
  }

  /** Kills a process, should this JVM end first. */
  public static Guard killing(long pid) {
    return new Guard("kill -KILL \"$1\"", String.valueOf(pid));
  }

  /** Removes a directory, should this JVM end first. */
  public static Guard removing(Path directory) {
    return new Guard(REMOVE, directory.toAbsolutePath().toString());
  }

  /**
   * Deletes network namespaces, should this JVM end first.
   *
   * @param names of the namespaces, with nothing in them a shell would change
   */
  public static Guard deletingNetworks(List<String> names) {
    return new Guard("for n in $1; do ip netns delete \"$n\"; done", String.join(" ", names));
  }

  /** The work has been done by somebody else. A second call does nothing. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    try (shell) {
      shell.stdin().write(DISMISSED.getBytes(StandardCharsets.US_ASCII));
      shell.stdin().flush();
      shell.awaitEnd(END_LIMIT);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot dismiss a guard", e);
    }
  }
}
