// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;

/** Where a password comes from: straight into the arena, never through a String. */
public interface PasswordSource {
  /** The longest password taken, in bytes of UTF-8. */
  int LENGTH_MAX_BYTES = 1024;

  /**
   * Asks for one password.
   *
   * @param prompt what is asked
   * @return the bytes as typed, without the line end; the caller closes it
   * @throws IOException when there is none, or it is longer than {@link #LENGTH_MAX_BYTES}
   */
  SecretBuffer read(SafeText prompt) throws IOException;
}
