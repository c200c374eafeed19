// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.jtsh.headless.Announcement;
import dev.jtsh.headless.CodeEntry;
import dev.jtsh.nativebindings.TerminalKey;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.time.Instant;
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
  private static final int STDIN = 0;
  private static final Duration SLICE = Duration.ofMillis(25);
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

  private final CodePrompt.Typing typing;

  @GuardedBy("this")
  private @Nullable Thread countdown;

  @GuardedBy("this")
  private Optional<TerminalKey> key = Optional.empty();

  @GuardedBy("this")
  private @Nullable CodePrompt prompt;

  @GuardedBy("this")
  private boolean closed;

  FirstVoice(Outside outside, Qr qr) {
    this(outside, qr, CodePrompt.Typing.ofStdin());
  }

  /** With another place where a code is typed. */
  FirstVoice(Outside outside, Qr qr, CodePrompt.Typing typing) {
    this.typing = typing;
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
    stopAsking();
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
      startCounting(outside.clock().instant().plus(LIFE), link);
    }
  }

  private void picture(String link) {
    if (qr == Qr.never || (qr == Qr.auto && plain) || !OWN_LINK.matcher(link).matches()) {
      return;
    }
    QrPicture picture = QrPicture.of(link);
    if (qr == Qr.always || picture.fits(outside, OTHER_ROWS)) {
      console.say(SafeText.empty());
      picture.lines().forEach(plain ? console::say : console::picture);
    }
  }

  @Override
  public void number(int number) {
    console.say(SafeText.format("Number to match: {}\n", SafeText.of(Integer.toString(number))));
  }

  /** The line that counts gives way: what is typed must be seen. */
  @Override
  public synchronized void codeWanted(CodeEntry entry) {
    if (closed) {
      return;
    }
    stopCounting();
    stopAsking();
    prompt = CodePrompt.open(console, typing, entry);
  }

  @Override
  public void say(SafeText line) {
    console.say(line);
  }

  private synchronized void startCounting(Instant end, String link) {
    key =
        OWN_LINK.matcher(link).matches() ? TerminalKey.open(STDIN) : Optional.<TerminalKey>empty();
    Optional<TerminalKey> pressed = key;
    countdown =
        Thread.ofPlatform()
            .name("countdown")
            .daemon(true)
            .start(() -> count(end, SafeLine.of(link), pressed));
  }

  private void count(Instant end, SafeText link, Optional<TerminalKey> first) {
    Optional<TerminalKey> pressed = first;
    String hint = first.isPresent() ? "; Enter copies the link" : "";
    try {
      while (true) {
        Duration left = Duration.between(outside.clock().instant(), end);
        if (!left.isPositive()) {
          console.endStatus();
          return;
        }
        console.status(
            SafeText.format(
                "Waiting for the approval, {} left{}",
                SafeText.of("%d:%02d".formatted(left.toMinutes(), left.toSecondsPart())),
                SafeText.of(hint)));
        switch (second(pressed)) {
          case KEY -> {
            console.copy(link);
            hint = "; the link is copied, if your terminal lets it";
          }
          case OTHER -> {
            // What is typed ahead is for the shell.
            pressed.ifPresent(TerminalKey::close);
            pressed = Optional.empty();
            hint = "";
          }
          case NOTHING -> {}
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Decided.
    }
  }

  /** A second, or less when something is typed. */
  private static TerminalKey.Press second(Optional<TerminalKey> pressed)
      throws InterruptedException {
    if (pressed.isEmpty()) {
      Thread.sleep(SECOND_MILLIS);
      return TerminalKey.Press.NOTHING;
    }
    for (long waited = 0; waited < SECOND_MILLIS; waited += SLICE.toMillis()) {
      TerminalKey.Press press = pressed.get().await(SLICE);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (press != TerminalKey.Press.NOTHING) {
        return press;
      }
    }
    return TerminalKey.Press.NOTHING;
  }

  private synchronized void stopCounting() {
    Thread counting = countdown;
    if (counting == null) {
      return;
    }
    countdown = null;
    key.ifPresent(TerminalKey::close); // From here on all that is typed is the next reader's.
    key = Optional.empty();
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

  private synchronized void stopAsking() {
    if (prompt != null) {
      prompt.close();
      prompt = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    stopCounting();
    stopAsking();
  }
}
