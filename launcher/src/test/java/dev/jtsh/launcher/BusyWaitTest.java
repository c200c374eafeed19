// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.headless.Announcement;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BusyWaitTest {
  private final ConcurrentLinkedQueue<String> done = new ConcurrentLinkedQueue<>();

  private final ApprovalRequests.Voice person =
      new ApprovalRequests.Voice() {
        @Override
        public void announce(Announcement announcement) {
          done.add("link");
        }

        @Override
        public void number(int number) {
          done.add("number");
        }

        @Override
        public void say(SafeText line) {
          done.add("line");
        }
      };

  private static Announcement link() {
    return new Announcement("id", "https://localhost/web/headless/id", "jtsh headless approve id");
  }

  @Test
  void theWorkBeginsBehindTheFirstLinkAndOnce() {
    try (BusyWait waiting = new BusyWait(() -> done.add("work"))) {
      ApprovalRequests.Voice voice = waiting.behind(person);
      voice.say(SafeText.literal("a line"));
      assertThat(done).containsExactly("line");
      voice.announce(link());
    }
    assertThat(done).containsExactly("line", "link", "work");
  }

  @Test
  void aSecondLinkBeginsNothing() {
    try (BusyWait waiting = new BusyWait(() -> done.add("work"))) {
      waiting.behind(person).announce(link());
      waiting.behind(person).announce(link());
      waiting.behind(person).number(1);
    }
    assertThat(done).hasSize(4).containsOnlyOnce("work");
  }

  @Test
  void thePersonDoesNotWaitForTheWork() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    BusyWait.Work slow =
        () -> {
          begun.countDown();
          awaitQuietly(end);
          done.add("work");
        };
    try (BusyWait waiting = new BusyWait(slow)) {
      waiting.behind(person).announce(link());
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      waiting.behind(person).number(1);
      assertThat(done).containsExactly("link", "number");
      end.countDown();
    }
    assertThat(done).containsExactly("link", "number", "work");
  }

  @Test
  void workThatFailsSaysNothing() {
    BusyWait.Work failing =
        () -> {
          throw new IOException("no loopback");
        };
    try (BusyWait waiting = new BusyWait(failing)) {
      waiting.behind(person).announce(link());
    }
    assertThat(done).containsExactly("link");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
