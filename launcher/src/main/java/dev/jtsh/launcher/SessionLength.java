// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.time.GoDuration;
import java.time.Duration;
import java.util.regex.Pattern;

/** What {@code --ttl} takes: {@code 90} (minutes, as tsh has it), {@code 45m}, {@code 1h30m}. */
final class SessionLength {
  private static final Pattern MINUTES = Pattern.compile("[0-9]{1,6}");
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofHours(30);

  private SessionLength() {}

  /**
   * Reads a length between one minute and thirty hours, the longest the protocol knows.
   *
   * @throws SettingsException when it is none
   */
  static Duration parse(String text) {
    Duration length;
    try {
      length =
          MINUTES.matcher(text).matches()
              ? Duration.ofMinutes(Long.parseLong(text))
              : GoDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw new SettingsException("--ttl takes minutes or a length such as 45m or 1h30m");
    }
    if (length.compareTo(SHORTEST) < 0 || length.compareTo(LONGEST) > 0) {
      throw new SettingsException("--ttl must be between 1m and 30h");
    }
    return length;
  }
}
