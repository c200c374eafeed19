// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.MfaLoginBeginResponse;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What a person shows besides the password: a tap of a key, or a code where the cluster takes one.
 *
 * @param choice what the person wants
 * @param keyAtHand whether a key is there to be tapped; asked only when a code would do as well
 * @param beforeTap says that a key is waited for
 * @param code asks for a one-time code: digits
 */
public record SecondFactor(
    Choice choice, BooleanSupplier keyAtHand, Runnable beforeTap, Supplier<String> code) {

  /** What the person wants. */
  public enum Choice {
    /** A tap; a code when no key is at hand. */
    WHAT_IS_AT_HAND,
    /** A code. */
    CODE,
    /** A tap. */
    KEY
  }

  /** A tap, of which nothing is said before. */
  static SecondFactor key() {
    return new SecondFactor(
        Choice.KEY,
        () -> true,
        () -> {},
        () -> {
          throw new IllegalStateException("a code was not wanted");
        });
  }

  /**
   * Asks for a code, or says that a key is waited for.
   *
   * @return the code; empty for a key
   * @throws ClientException.NotOffered when the cluster does not take what the person has
   */
  Optional<String> ask(MfaLoginBeginResponse offered) throws ClientException {
    boolean key = offered.webauthnChallenge() != null;
    if (choice == Choice.CODE && !offered.totpChallenge()) {
      throw new ClientException.NotOffered(
          SafeText.literal("no one-time code is taken for this login"),
          SafeText.literal(
              "log in with your security key; where the cluster allows codes, register an app with"
                  + " jtsh mfa add --type totp"));
    }
    boolean byCode =
        offered.totpChallenge()
            && switch (choice) {
              case CODE -> true;
              case KEY -> false;
              case WHAT_IS_AT_HAND -> !key || !keyAtHand.getAsBoolean();
            };
    if (byCode) {
      return Optional.of(code.get());
    }
    if (!key) {
      throw new ClientException.NotOffered(
          SafeText.literal("this user has no security key registered, and jtsh needs one"),
          SafeText.literal("register a security key in the cluster's web page"));
    }
    beforeTap.run();
    return Optional.empty();
  }
}
