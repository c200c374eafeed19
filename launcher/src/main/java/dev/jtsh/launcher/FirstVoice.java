// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.jtsh.headless.Announcement;
import dev.jtsh.nativebindings.TerminalState;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells of the first request of a session, while nothing else uses the terminal: the link, the
 * command, the number, the time that is left. Where no person is at a terminal, or the terminal is
 * to stay plain, it writes nothing but lines.
 */
final class FirstVoice implements ApprovalRequests.Voice, AutoCloseable {
  private static final Duration LIFE = Duration.ofMinutes(3);
  private static final int STDERR = 2;
  private static final long SECOND_MILLIS = 1000;
  private static final Duration END_MAX = Duration.ofSeconds(5);

  /** Room for what is written around the picture. */
  private static final int OTHER_ROWS = 14;

  private static final Pattern OWN_LINK =
      Pattern.compile("https://[A-Za-z0-9.:\\[\\]-]{1,270}/web/headless/[0-9a-f-]{36}");

  /** When a picture of the link is shown. */
  enum Qr {
    auto,
    always,
    never
  }

  private final Outside outside;
  private final Console console;
  private final Qr qr;
  private final boolean plain;

  @GuardedBy("this")
  private @Nullable Thread countdown;

  FirstVoice(Outside outside, Qr qr) {
    this.outside = outside;
    this.console = outside.console();
    this.qr = qr;
    String term = outside.environment().getOrDefault("TERM", "");
    this.plain =
        !outside.interactive()
            || !outside.environment().getOrDefault("NO_COLOR", "").isEmpty()
            || term.isEmpty()
            || term.equals("dumb");
  }

  /** The words scripts for tsh look for (teleport-wire §11.1). */
  @Override
  public void announce(Announcement announcement) {
    stopCounting();
    console.say(SafeText.literal("Complete headless authentication in your local web browser:\n"));
    String link = announcement.link();
    if (plain || !OWN_LINK.matcher(link).matches()) {
      console.say(SafeLine.of(link));
    } else {
      console.link(SafeLine.of(link));
    }
    picture(link);
    console.say(SafeText.literal("\nor execute this command in your local terminal:\n"));
    console.say(SafeLine.of(announcement.approveCommand()));
    console.say(SafeText.empty());
    if (!plain) {
      startCounting(outside.clock().instant().plus(LIFE));
    }
  }

  private void picture(String link) {
    if (qr == Qr.never || (qr == Qr.auto && plain) || !OWN_LINK.matcher(link).matches()) {
      return;
    }
    QrPicture picture = QrPicture.of(link);
    boolean fits =
        (outside.interactive() ? TerminalState.size(STDERR) : Optional.<TerminalState.Size>empty())
            .map(size ->
                size.columns() >= picture.columns() && size.rows() >= picture.rows() + OTHER_ROWS)
            .orElse(false);
    if (qr == Qr.always || (fits && isUtf8())) {
      console.say(SafeText.empty());
      picture.lines().forEach(plain ? console::say : console::picture);
    }
  }

  private boolean isUtf8() {
    for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      String value = outside.environment().getOrDefault(name, "");
      if (!value.isEmpty()) {
        String upper = value.toUpperCase(Locale.ROOT);
        return upper.endsWith("UTF-8") || upper.endsWith("UTF8");
      }
    }
    return false;
  }

  @Override
  public void number(int number) {
    console.say(SafeText.format("Number to match: {}\n", SafeText.of(Integer.toString(number))));
  }

  @Override
  public void say(SafeText line) {
    console.say(line);
  }

  private synchronized void startCounting(Instant end) {
    countdown = Thread.ofVirtual().name("countdown").start(() -> count(end));
  }

  private void count(Instant end) {
    try {
      while (true) {
        Duration left = Duration.between(outside.clock().instant(), end);
        if (!left.isPositive()) {
          console.endStatus();
          return;
        }
        console.status(
            SafeText.format(
                "Waiting for the approval, {} left",
                SafeText.of("%d:%02d".formatted(left.toMinutes(), left.toSecondsPart()))));
        Thread.sleep(SECOND_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Decided.
    }
  }

  private synchronized void stopCounting() {
    Thread counting = countdown;
    if (counting == null) {
      return;
    }
    countdown = null;
    counting.interrupt();
    try {
      if (!counting.join(END_MAX)) {
        throw new IllegalStateException("the countdown does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    console.endStatus();
  }

  @Override
  public void close() {
    stopCounting();
  }
}
