// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.terminal;

/**
 * How much a terminal shows.
 *
 * @param columns characters in a line
 * @param rows lines
 */
public record TerminalSize(int columns, int rows) {
  /** What terminals have had since the VT100. */
  public static final TerminalSize USUAL = new TerminalSize(80, 24);

  /** Room for lines that should not wrap, such as links. */
  public static final TerminalSize WIDE = new TerminalSize(160, 48);

  public TerminalSize {
    if (columns < 1 || rows < 1) {
      throw new IllegalArgumentException("a terminal of " + columns + " x " + rows);
    }
  }
}
