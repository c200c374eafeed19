// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.launcher.key.KeyDialog;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;

/** The person at the terminal; a PIN comes from where passwords come from. */
record ConsoleKeyDialog(Console console, PasswordSource passwords, boolean interactive)
    implements KeyDialog {
  @Override
  public void say(SafeText line) {
    console.say(line);
  }

  @Override
  public SecretBuffer pin(SafeText prompt) throws IOException {
    return passwords.read(prompt);
  }
}
