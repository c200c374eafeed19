// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version a proxy announces; it decides which form of a request is sent.
 *
 * @param major first number; 0 when the text could not be read
 * @param text as announced, for messages and the {@code version} metadata of calls
 */
public record ServerVersion(int major, String text) {
  private static final Pattern FORM = Pattern.compile("v?([0-9]{1,4})\\.[0-9]{1,5}\\.[0-9]{1,5}.*");
  private static final int FIRST_WITH_TWO_KEYS = 17;

  /** Reads {@code 17.2.1} or {@code 15.0.0-dev}. */
  public static ServerVersion parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return new ServerVersion(
        matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0, text.strip());
  }

  /**
   * Whether keys are sent as {@code ssh_pub_key} and {@code tls_pub_key} (v17 and later) rather
   * than as one {@code pub_key}. An unreadable version counts as new.
   */
  public boolean takesTwoKeys() {
    return major == 0 || major >= FIRST_WITH_TWO_KEYS;
  }
}
