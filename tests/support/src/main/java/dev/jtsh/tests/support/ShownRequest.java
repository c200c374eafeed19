// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import dev.jtsh.tests.support.terminal.PseudoTerminal;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * A headless request as a person reads it on the remote terminal.
 *
 * @param id the last word of the command that is shown
 * @param number the number to match
 */
public record ShownRequest(String id, String number) {
  private static final Pattern ID = Pattern.compile("headless approve [^\\n]* ([0-9a-f-]{36})\\s");
  private static final Pattern NUMBER = Pattern.compile("Number to match: ([0-9]{3})\\s");

  /** Waits for a new session's request. */
  public static ShownRequest on(PseudoTerminal terminal, Duration limit) {
    String id = terminal.expect(ID, limit).group(1);
    return new ShownRequest(id, terminal.expect(NUMBER, limit).group(1));
  }

  /** The same request with a number that is not shown. */
  public ShownRequest misread() {
    return new ShownRequest(id, number.equals("999") ? "100" : "999");
  }
}
