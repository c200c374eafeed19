// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.headless.Announcement;
import dev.jtsh.headless.CodeEntry;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Work to be done while a person decides. It begins when the first link stands there, not before,
 * on a thread of its own. A failure of it is nobody's: what it was to prepare is done later anyway,
 * and says there what is wrong.
 */
final class BusyWait implements AutoCloseable {
  private static final Duration END_MAX = Duration.ofSeconds(5);

  private final Work work;
  private final AtomicReference<@Nullable Thread> worker = new AtomicReference<>();

  /** What is done. */
  interface Work {
    void run() throws IOException;
  }

  BusyWait(Work work) {
    this.work = work;
  }

  /** A voice that lets the work begin when it has shown a link. */
  ApprovalRequests.Voice behind(ApprovalRequests.Voice voice) {
    return new Behind(voice);
  }

  private void begin() {
    // The kernel binds a child that the work starts to its thread: not a virtual one.
    Thread thread = Thread.ofPlatform().name("while waiting").daemon(true).unstarted(this::work);
    if (worker.compareAndSet(null, thread)) {
      thread.start();
    }
  }

  private void work() {
    try {
      work.run();
    } catch (IOException | RuntimeException e) {
      return;
    }
  }

  /** Waits for the end of the work, a bounded time. */
  @Override
  public void close() {
    Thread running = worker.get();
    if (running == null) {
      return;
    }
    try {
      running.join(END_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Behind implements ApprovalRequests.Voice {
    private final ApprovalRequests.Voice voice;

    Behind(ApprovalRequests.Voice voice) {
      this.voice = voice;
    }

    @Override
    public void announce(Announcement announcement) {
      voice.announce(announcement);
      begin();
    }

    @Override
    public void number(int number) {
      voice.number(number);
    }

    @Override
    public void codeWanted(CodeEntry entry) {
      voice.codeWanted(entry);
    }

    @Override
    public void say(SafeText line) {
      voice.say(line);
    }
  }
}
