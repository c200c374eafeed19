// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.io.PrintStream;

/**
 * The only way to the terminal: takes {@link SafeText}, so that nothing a server or another user
 * wrote can move the cursor or look like our own words (rule 27). stdout is data, stderr is talk.
 */
public final class Console {
  private final PrintStream out;
  private final PrintStream err;

  /**
   * Writes to these two.
   *
   * @param out what scripts read
   * @param err what people read
   */
  public Console(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** A line for people. */
  public void say(SafeText line) {
    err.println(line);
    err.flush();
  }

  /** A line for people that waits for an answer behind it. */
  public void ask(SafeText prompt) {
    err.print(prompt);
    err.flush();
  }

  /** Rings the terminal's bell. */
  public void ring() {
    err.print('\u0007');
    err.flush();
  }

  /** A line that the command was asked for. */
  public void data(SafeText line) {
    out.println(line);
    out.flush();
  }

  /** A document of a serialiser (JSON or YAML), which escapes by its own rules. */
  public void document(String document) {
    out.println(document);
    out.flush();
  }
}
