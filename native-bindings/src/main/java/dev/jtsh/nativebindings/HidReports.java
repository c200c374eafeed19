// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.io.IOException;
import java.time.Duration;

/**
 * A way to a security key that is not a USB device of this machine: the frames of CTAPHID as a USB
 * key would get them. {@link FidoDevice#over} has libfido2 speak through it.
 */
public interface HidReports {
  /** Every frame has this length. */
  int REPORT_BYTES = 64;

  /** Takes a frame of the computer. */
  void write(byte[] report) throws IOException;

  /**
   * Gives the next frame of the key.
   *
   * @param atMost how long to wait for it
   * @throws IOException when there is none, or the key is gone
   */
  byte[] read(Duration atMost) throws IOException;
}
