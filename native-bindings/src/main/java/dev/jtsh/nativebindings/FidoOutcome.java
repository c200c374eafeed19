// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/**
 * What a security key made of a request.
 *
 * @param <T> what it gives when all went well
 */
public sealed interface FidoOutcome<T> {
  /** The user has acted and the key has answered. */
  record Done<T>(T answer) implements FidoOutcome<T> {}

  /** The key does this only with its PIN. */
  record PinNeeded<T>() implements FidoOutcome<T> {}

  /**
   * Not the PIN.
   *
   * @param triesLeft until the key blocks it; negative when the key does not tell
   */
  record PinWrong<T>(int triesLeft) implements FidoOutcome<T> {}

  /**
   * The key takes no PIN any more.
   *
   * @param untilPluggedInAgain true after a few wrong ones in a row; false when only a reset helps,
   *     which loses its credentials
   */
  record PinBlocked<T>(boolean untilPluggedInAgain) implements FidoOutcome<T> {}

  /** None of the credentials is on this key. */
  record NoCredential<T>() implements FidoOutcome<T> {}

  /** One of the credentials that must not be there is on this key. */
  record AlreadyThere<T>() implements FidoOutcome<T> {}

  /** {@link FidoDevice#cancel}, or the user said no at the key. */
  record Cancelled<T>() implements FidoOutcome<T> {}

  /** Nobody touched the key. */
  record TimedOut<T>() implements FidoOutcome<T> {}

  /** The key was pulled out, or does not answer. */
  record Gone<T>() implements FidoOutcome<T> {}

  /**
   * Anything else.
   *
   * @param reason the name of libfido2's error
   */
  record Failed<T>(String reason) implements FidoOutcome<T> {}
}
