// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

/** A setting is missing or wrong: the person can mend it, and the message says how. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }
}
