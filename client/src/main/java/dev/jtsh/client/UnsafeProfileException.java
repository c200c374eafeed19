// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.io.IOException;

/** The profile's place or a name in it is not safe to use; the message says which and why. */
public final class UnsafeProfileException extends IOException {
  private static final long serialVersionUID = 1;

  UnsafeProfileException(String message) {
    super(message);
  }
}
