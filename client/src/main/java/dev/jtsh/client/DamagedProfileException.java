// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file of the profile is not what its name says; the next login writes it anew. */
final class DamagedProfileException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedProfileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
