// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/** Leaving at once. */
public final class ProcessExit {
  private ProcessExit() {}

  /**
   * Ends the process without shutdown hooks: a JVM whose event loops sit in native code would else
   * wait 300 ms. Temporary session files are removed and secrets are wiped first; everything else
   * the caller has to have flushed and closed.
   *
   * @param status 0–255
   */
  public static void now(int status) {
    try {
      TemporaryFile.closeAll();
      ProcessSecrets.wipe();
    } finally {
      ProcessCalls.exit(status);
    }
  }
}
