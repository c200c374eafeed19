// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/**
 * The account of a place for secrets, for a report.
 *
 * @param kind how well it is kept
 * @param capacityBytes its size now
 * @param maximumBytes the size it may grow to
 * @param usedBytes handed out now
 * @param peakBytes the most that was ever handed out at one time, as far as it was looked at
 */
public record SecretMemoryState(
    SecretArena.Kind kind, long capacityBytes, long maximumBytes, long usedBytes, long peakBytes) {
  /** Whether swap cannot see it. */
  public boolean locked() {
    return kind != SecretArena.Kind.UNLOCKED;
  }
}
