// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.headless.CodeEntry;
import dev.jtsh.nativebindings.TerminalLines;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks at the terminal for the code that an approval gave, while the request waits: until the right
 * one was typed, or nobody waits any more.
 */
final class CodePrompt implements AutoCloseable {
  private static final int STDIN = 0;
  private static final Duration SLICE = Duration.ofMillis(50);
  private static final Duration END_MAX = Duration.ofSeconds(40);

  private final Console console;
  private final Typing typing;
  private final CodeEntry entry;
  private final Thread thread;
  private volatile boolean ended;
  private volatile boolean asking;

  /** Where lines are typed. */
  interface Typing {
    /** A line, or empty when none came in time; fails when none will come any more. */
    Optional<String> line(Duration limit) throws IOException;

    /** The terminal at stdin. */
    static Typing ofStdin() {
      return limit -> TerminalLines.read(STDIN, limit);
    }
  }

  private CodePrompt(Console console, Typing typing, CodeEntry entry) {
    this.console = console;
    this.typing = typing;
    this.entry = entry;
    this.thread = Thread.ofPlatform().name("code").daemon(true).unstarted(this::ask);
  }

  /** Begins to ask. */
  static CodePrompt open(Console console, Typing typing, CodeEntry entry) {
    CodePrompt prompt = new CodePrompt(console, typing, entry);
    console.say(
        SafeText.literal(
            "When you have approved, a code is shown to you there. The session opens when you have"
                + " typed it here.\n"));
    prompt.thread.start();
    return prompt;
  }

  private void ask() {
    prompt();
    while (!ended) {
      try {
        Optional<String> line = typing.line(SLICE);
        if (line.isPresent() && !ended) {
          asking = false;
          if (taken(line.get())) {
            return;
          }
          prompt();
        }
      } catch (IOException e) {
        asking = false;
        console.say(SafeText.literal("\nNo code can be typed any more: the input has ended."));
        return;
      }
    }
  }

  private void prompt() {
    console.ask(SafeText.literal("Code: "));
    asking = true;
  }

  /** Whether there is nothing left to ask. */
  private boolean taken(String line) {
    if (line.isEmpty()) {
      return false;
    }
    try {
      return switch (entry.type(line)) {
        case CodeEntry.Answer.Right _ -> {
          console.say(SafeText.literal("That is the code."));
          yield true;
        }
        case CodeEntry.Answer.Wrong(int left) -> {
          console.say(
              left == 0
                  ? SafeText.literal("That is not the code. The request is denied.")
                  : SafeText.format(
                      "That is not the code. Tries left: {}", SafeText.of(Integer.toString(left))));
          yield left == 0;
        }
        case CodeEntry.Answer.TooEarly _ -> {
          console.say(SafeText.literal("Not approved yet: the code comes with the approval."));
          yield false;
        }
      };
    } catch (ClientException e) {
      console.say(e.safeMessage());
      return false;
    }
  }

  /** Asks no more. */
  @Override
  public void close() {
    ended = true;
    try {
      if (!thread.join(END_MAX)) {
        throw new IllegalStateException("the question for the code does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (asking) {
      console.say(SafeText.empty()); // What comes next begins on its own line.
    }
  }
}
