// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.ErrnoException;
import dev.jtsh.nativebindings.ExitStatus;
import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs a shell to its end and gives its status; ends it when this process is asked to end. What the
 * caller closes behind it is waited for a moment then.
 */
final class ShellRun {
  private static final long CLEANUP_SECONDS_MAX = 3;

  private final Console console;
  private final FailureReport failures;

  ShellRun(Console console, FailureReport failures) {
    this.console = console;
    this.failures = failures;
  }

  /**
   * Runs it.
   *
   * @param goodbye said after its end
   */
  int run(SessionShell shell, Optional<SafeText> goodbye) {
    CountDownLatch cleaned = new CountDownLatch(1);
    Thread end =
        new Thread(
            () -> {
              shell.end();
              awaitQuietly(cleaned);
            },
            "end of session");
    Runtime.getRuntime().addShutdownHook(end);
    try {
      ExitStatus status = shell.run();
      goodbye.ifPresent(console::say);
      return status.shellStatus();
    } catch (ErrnoException e) {
      return failures
          .of(
              ExitCode.CANNOT_START,
              SafeText.format(
                  "cannot start the shell: {}", SafeText.of(String.valueOf(e.getMessage()))),
              SafeText.literal("set SHELL to the path of a shell that works"))
          .status();
    } finally {
      cleaned.countDown();
      removeHook(end);
    }
  }

  /** While the process is already ending, the hook stays and the process ends by its signal. */
  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // A signal ends this process: the JVM gives the exit status, nobody else may.
      awaitQuietly(new CountDownLatch(1));
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      boolean inTime = latch.await(CLEANUP_SECONDS_MAX, TimeUnit.SECONDS);
      if (!inTime) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
