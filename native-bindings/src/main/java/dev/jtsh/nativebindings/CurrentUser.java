// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/** Who runs this process. */
public final class CurrentUser {
  private CurrentUser() {}

  /** The real user id; as an unsigned number where it is above 2^31. */
  public static int uid() {
    return ProcessCalls.getuid();
  }
}
