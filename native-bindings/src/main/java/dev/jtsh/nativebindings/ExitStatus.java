// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/**
 * How a child ended.
 *
 * @param code its exit status 0–255, or 0 if a signal ended it
 * @param signal the signal that ended it, or 0
 */
public record ExitStatus(int code, int signal) {
  /** From the status word of wait(2). */
  static ExitStatus ofWaitStatus(int word) {
    int signal = word & 0x7F;
    return signal == 0 ? new ExitStatus(word >> 8 & 0xFF, 0) : new ExitStatus(0, signal);
  }

  /** One number, as shells give it: 128 + n after signal n. */
  public int shellStatus() {
    return signal == 0 ? code : 128 + signal;
  }
}
