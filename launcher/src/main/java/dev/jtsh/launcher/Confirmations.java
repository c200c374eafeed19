// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.TerminalQuestion;
import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks the person at the session's terminal, for {@code --confirm-delete}: one question after the
 * other. Nobody there, no answer in time, and anything but a clear yes is a no.
 */
final class Confirmations {
  /** Less than what makes a waiting change stale (rule 31). */
  private static final Duration LIMIT = Duration.ofSeconds(45);

  private static final int WAITING_MAX = 16;
  private static final int STDIN = 0;

  private final Console console;
  private final TerminalVoice.Screen screen;
  private final Asker asker;
  private final Semaphore turn = new Semaphore(1, true);
  private final AtomicInteger waiting = new AtomicInteger();

  /** Puts a question to the person. */
  @FunctionalInterface
  interface Asker {
    /** The answer; empty when there was none in time. */
    Optional<String> ask(Runnable prompt, Duration limit);

    /** At the terminal of this process. */
    static Asker atTerminal() {
      return (prompt, limit) -> TerminalQuestion.ask(STDIN, prompt, limit);
    }
  }

  Confirmations(Console console, TerminalVoice.Screen screen, Asker asker) {
    this.console = console;
    this.screen = screen;
    this.asker = asker;
  }

  /**
   * Asks; does not block.
   *
   * @param question without its answers
   * @return empty for a yes, else why the request is not passed on
   */
  CompletionStage<Optional<KubeStatus>> ask(SafeText question) {
    CompletableFuture<Optional<KubeStatus>> answer = new CompletableFuture<>();
    if (waiting.incrementAndGet() > WAITING_MAX) {
      waiting.decrementAndGet();
      answer.complete(refused(SafeText.literal("too many deletions wait for an answer")));
      return answer;
    }
    // Not a virtual thread: it waits in a system call.
    Thread.ofPlatform()
        .daemon()
        .name("confirmation")
        .start(() -> {
          try {
            answer.complete(inTurn(question));
          } catch (InterruptedException | RuntimeException e) {
            answer.complete(refused(SafeText.literal("the question could not be asked")));
          } finally {
            waiting.decrementAndGet();
          }
        });
    return answer;
  }

  private Optional<KubeStatus> inTurn(SafeText question) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    if (!turn.tryAcquire(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      return refused(SafeText.literal("nobody answered in time"));
    }
    try {
      Duration left = Duration.ofNanos(end - System.nanoTime());
      if (!screen.isTerminal()) {
        return refused(SafeText.literal("there is no terminal to ask at"));
      }
      if (!screen.inLineMode()) {
        return refused(
            SafeText.literal("a prompt or a full-screen program has the terminal; ask in a shell"));
      }
      Runnable prompt = () -> console.ask(SafeText.format("\njtsh: {} [y/N] ", question));
      Optional<String> answer = left.isPositive() ? asker.ask(prompt, left) : Optional.empty();
      if (answer.isEmpty()) {
        return refused(SafeText.literal("nobody answered in time"));
      }
      String said = answer.get();
      return said.equalsIgnoreCase("y") || said.equalsIgnoreCase("yes")
          ? Optional.empty()
          : refused(SafeText.literal("the answer was no"));
    } finally {
      turn.release();
    }
  }

  private static Optional<KubeStatus> refused(SafeText why) {
    return Optional.of(
        KubeStatus.forbidden(SafeText.format("jtsh: not deleted (--confirm-delete): {}", why)));
  }
}
