// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/** What was given as a private key is none, or none that jtsh can use. Never quotes the content. */
public final class KeyFormatException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  KeyFormatException(String message) {
    super(message);
  }
}
