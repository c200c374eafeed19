// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.kubernetes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A program while it runs: gives it input, waits for words of its output, ends it. Every wait has a
 * bound, and what runs at {@link #close()} is killed.
 */
public final class RunningProgram implements AutoCloseable {
  private static final int OUTPUT_BYTES_MAX = 256 << 20;

  private final List<String> command;
  private final Process process;
  private final Collected stdout;
  private final Collected stderr;

  private RunningProgram(List<String> command, Process process) {
    this.command = command;
    this.process = process;
    this.stdout = new Collected(process.getInputStream());
    this.stderr = new Collected(process.getErrorStream());
  }

  /**
   * Starts a program with exactly the given environment.
   *
   * @param command the program, looked up on this process's PATH, and its arguments
   * @param environment all variables it gets
   */
  public static RunningProgram start(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      return new RunningProgram(List.copyOf(command), builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command.getFirst(), e);
    }
  }

  /** Where the program reads its stdin; closing it is the end of its input. */
  public OutputStream stdin() {
    return process.getOutputStream();
  }

  /** The process id, for tests that send signals or look at the process from outside. */
  public long pid() {
    return process.pid();
  }

  /** Whether it still runs. */
  public boolean isRunning() {
    return process.isAlive();
  }

  /** Everything written to stdout so far. */
  public String stdout() {
    return stdout.text();
  }

  /** Everything written to stderr so far. */
  public String stderr() {
    return stderr.text();
  }

  /**
   * Waits until stdout holds {@code text}.
   *
   * @return all of stdout at that moment
   * @throws IllegalStateException when the program ends or {@code limit} passes before
   */
  public String awaitStdout(String text, Duration limit) {
    return await(stdout, text, limit);
  }

  /** The same as {@link #awaitStdout}, for stderr. */
  public String awaitStderr(String text, Duration limit) {
    return await(stderr, text, limit);
  }

  private String await(Collected where, String text, Duration limit) {
    if (where.awaitText(text, limit)) {
      return where.text();
    }
    throw new IllegalStateException(
        "%s did not write \"%s\" within %s%nstdout: %s%nstderr: %s"
            .formatted(String.join(" ", command), text, limit, stdout(), stderr()));
  }

  /**
   * Closes stdin and waits for the end.
   *
   * @throws IllegalStateException when {@code limit} passes before; the program is killed then
   */
  public ProgramResult awaitEnd(Duration limit) {
    closeStdin();
    try {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        close();
        throw new IllegalStateException(
            "%s did not end within %s%nstdout: %s%nstderr: %s"
                .formatted(String.join(" ", command), limit, stdout(), stderr()));
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    // A child that outlived the program may hold the pipes: what came by now is the result.
    stdout.awaitEnd(Duration.ofSeconds(5));
    stderr.awaitEnd(Duration.ofSeconds(5));
    return new ProgramResult(command, process.exitValue(), stdout(), stderr());
  }

  /** Sends SIGTERM and waits for the end; the exit code of a program that dies of it is 143. */
  public ProgramResult terminate(Duration limit) {
    process.destroy();
    return awaitEnd(limit);
  }

  /** Kills the program if it still runs, and waits until it is gone. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    closeStdin();
  }

  private void closeStdin() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // The program has closed its side already: nothing was waiting to be written.
      return;
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for a program", e);
  }

  /** One of the program's outputs, read by a thread of its own as it comes. */
  private static final class Collected {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(); // under lock
    private boolean ended; // under lock

    Collected(InputStream source) {
      // Not virtual: many that wait in a read at once would hold every carrier thread.
      Thread.ofPlatform().daemon().name("program output").start(() -> read(source));
    }

    private void read(InputStream source) {
      byte[] buffer = new byte[1 << 16];
      try (source) {
        for (int count = source.read(buffer); count >= 0; count = source.read(buffer)) {
          add(buffer, count);
        }
      } catch (IOException e) {
        // The pipe broke with the process: that is its end.
        add(buffer, 0);
      } finally {
        end();
      }
    }

    private void add(byte[] buffer, int count) {
      lock.lock();
      try {
        // The rest is read and dropped, so that the program does not block on a full pipe.
        bytes.write(buffer, 0, Math.min(count, OUTPUT_BYTES_MAX - bytes.size()));
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private void end() {
      lock.lock();
      try {
        ended = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    String text() {
      lock.lock();
      try {
        return bytes.toString(StandardCharsets.UTF_8);
      } finally {
        lock.unlock();
      }
    }

    boolean awaitText(String text, Duration limit) {
      lock.lock();
      try {
        long nanosLeft = limit.toNanos();
        while (!bytes.toString(StandardCharsets.UTF_8).contains(text)) {
          if (ended || nanosLeft <= 0) {
            return false;
          }
          nanosLeft = changed.awaitNanos(nanosLeft);
        }
        return true;
      } catch (InterruptedException e) {
        throw interrupted(e);
      } finally {
        lock.unlock();
      }
    }

    void awaitEnd(Duration limit) {
      lock.lock();
      try {
        long nanosLeft = limit.toNanos();
        while (!ended && nanosLeft > 0) {
          nanosLeft = changed.awaitNanos(nanosLeft);
        }
      } catch (InterruptedException e) {
        throw interrupted(e);
      } finally {
        lock.unlock();
      }
    }
  }
}
