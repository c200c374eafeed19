// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.nativebindings.TerminalInput;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;

/** Passwords from descriptor 0: typed unseen at a terminal, or the next line of a pipe. */
final class TerminalPasswords implements PasswordSource {
  private static final int STDIN = 0;

  private final Console console;

  TerminalPasswords(Console console) {
    this.console = console;
  }

  @Override
  public SecretBuffer read(SafeText prompt) throws IOException {
    console.ask(prompt);
    return TerminalInput.readHidden(STDIN, LENGTH_MAX_BYTES);
  }
}
