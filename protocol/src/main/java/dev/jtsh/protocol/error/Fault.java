// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.error;

/** Whose fault an error is: chooses the program's exit code and what the user is told to do. */
public enum Fault {
  /** What was asked for makes no sense; the user can mend it. */
  USER,
  /** Understood, but not allowed. */
  ACCESS,
  /** The other side refused or could not do it; another try or an administrator may help. */
  SERVER,
  /** The other side was not reached, or too late. */
  NETWORK,
  /** A fault of the program on one side. */
  INTERNAL
}
