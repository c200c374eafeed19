// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.terminal;

/** Keys that are not text. */
public enum Key {
  ENTER("Enter"),
  TAB("Tab"),
  ESCAPE("Escape"),
  BACKSPACE("BSpace"),
  UP("Up"),
  DOWN("Down"),
  LEFT("Left"),
  RIGHT("Right"),
  /** Interrupts the job in the foreground. */
  CONTROL_C("C-c"),
  /** The end of input, on an empty line. */
  CONTROL_D("C-d"),
  /** Stops the job in the foreground. */
  CONTROL_Z("C-z"),
  /** Quits the job in the foreground. */
  CONTROL_BACKSLASH("C-\\");

  private final String tmuxName;

  Key(String tmuxName) {
    this.tmuxName = tmuxName;
  }

  String tmuxName() {
    return tmuxName;
  }
}
