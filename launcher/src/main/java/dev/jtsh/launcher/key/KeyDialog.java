// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.key;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;

/** The person with the key. */
public interface KeyDialog {
  /** Tells the person something. */
  void say(SafeText line);

  /**
   * Asks for a PIN.
   *
   * @return the bytes as typed; the caller closes it
   * @throws IOException when there is none
   */
  SecretBuffer pin(SafeText prompt) throws IOException;

  /** Whether somebody is there who could plug a key in. */
  boolean interactive();
}
