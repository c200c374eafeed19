// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.jtsh.protocol.text.SafeText;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The only way to the terminal: takes {@link SafeText}, so that nothing a server or another user
 * wrote can move the cursor or look like our own words (rule 27). stdout is data, stderr is talk.
 */
public final class Console {
  private static final String REST_OF_LINE_AWAY = "\033[K";
  private static final String LINK = "\033]8;;";
  private static final String NOTICE = "\033]9;";
  private static final String CLIPBOARD = "\033]52;c;";
  private static final String STRING_END = "\033\\";
  private static final String BLACK_ON_WHITE = "\033[30;107m";
  private static final String COLOURS_BACK = "\033[0m";

  private final PrintStream out;
  private final PrintStream err;

  @GuardedBy("this")
  private boolean statusShown;

  private volatile boolean detailed;

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
  public synchronized void say(SafeText line) {
    endStatus();
    err.println(line);
    err.flush();
  }

  /** From now on shows {@link #detail} too. */
  public void showDetail() {
    detailed = true;
  }

  /** Whether {@link #detail} is shown. */
  public boolean isDetailed() {
    return detailed;
  }

  /** A line for people who look for a mistake: what is done behind the scenes, never a secret. */
  public void detail(SafeText line) {
    if (detailed) {
      say(SafeText.format("debug: {}", line));
    }
  }

  /** A line for people that waits for an answer behind it. */
  public synchronized void ask(SafeText prompt) {
    endStatus();
    err.print(prompt);
    err.flush();
  }

  /**
   * A line for people that the next one takes the place of; only for a terminal. What is said
   * meanwhile stays above it.
   */
  public synchronized void status(SafeText line) {
    err.print('\r');
    err.print(line);
    err.print(REST_OF_LINE_AWAY);
    err.flush();
    statusShown = true;
  }

  /** Takes the line of {@link #status} away, if there is one. */
  public synchronized void endStatus() {
    if (statusShown) {
      err.print('\r');
      err.print(REST_OF_LINE_AWAY);
      err.flush();
      statusShown = false;
    }
  }

  /** A link of our own making that a terminal may follow; its target is the text itself. */
  public synchronized void link(SafeText url) {
    endStatus();
    err.print(LINK);
    err.print(url);
    err.print(STRING_END);
    err.print(url);
    err.print(LINK);
    err.println(STRING_END);
    err.flush();
  }

  /** A row of a picture in half blocks: dark on light, whatever the terminal's colours. */
  public synchronized void picture(SafeText row) {
    endStatus();
    err.print(BLACK_ON_WHITE);
    err.print(row);
    err.println(COLOURS_BACK);
    err.flush();
  }

  /** Has the desktop show a line, where the terminal can (OSC 9). */
  public synchronized void notice(SafeText line) {
    endStatus();
    err.print(NOTICE);
    err.print(line);
    err.print('\u0007');
    err.flush();
  }

  /** Puts a link of our own making into the clipboard, where the terminal lets it (OSC 52). */
  public synchronized void copy(SafeText url) {
    byte[] text = url.toString().getBytes(StandardCharsets.UTF_8);
    err.print(CLIPBOARD);
    err.print(Base64.getEncoder().encodeToString(text));
    err.print('\u0007');
    err.flush();
  }

  /** Rings the terminal's bell. */
  public void ring() {
    err.print('\u0007');
    err.flush();
  }

  /** Whether something that the command was asked for has not arrived. */
  public synchronized boolean isDataLost() {
    return out.checkError();
  }

  /** A line that the command was asked for. */
  public synchronized void data(SafeText line) {
    endStatus();
    out.println(line);
    out.flush();
  }

  /** A document of a serialiser (JSON or YAML), which escapes by its own rules. */
  public synchronized void document(String document) {
    endStatus();
    out.println(document);
    out.flush();
  }
}
