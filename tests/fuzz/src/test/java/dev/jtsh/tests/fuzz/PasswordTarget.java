// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.Password;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A document whose password is cut out before the JSON library sees it. The cut must see the
 * password that the library would have seen: two readers of one document that disagree are a way
 * around both.
 */
public final class PasswordTarget {
  private PasswordTarget() {}

  /** One input: a request's body. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    byte[] document = data.consumeRemainingAsBytes();
    MfaLoginBeginRequest cut;
    try {
      cut =
          WireJson.read(
              ByteBuffer.wrap(document), MfaLoginBeginRequest.class, PasswordTarget::room);
    } catch (WireException expected) {
      return; // Refused: nothing was cut.
    }
    try (Password password = cut.pass()) {
      compare(document, cut, password);
    }
  }

  private static Password room(int bytes) {
    return Password.in(Arena.ofAuto().allocate(bytes), () -> {});
  }

  private static void compare(byte[] document, MfaLoginBeginRequest cut, Password password) {
    MfaLoginBeginRequest whole = WireJson.read(document, MfaLoginBeginRequest.class);
    try (Password other = whole.pass()) {
      if (!Arrays.equals(password.copy(), other.copy())
          || !cut.user().equals(whole.user())
          || cut.passwordless() != whole.passwordless()) {
        throw new IllegalStateException("two readers see two documents");
      }
    }
  }
}
