// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.pki.PasswordHash;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.Password;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Hashes and checks passwords with a bounded number of callers in line; hashing is made to be slow,
 * so a flood of log-ins would else stop everything (security rule 24).
 */
final class PasswordGate {
  private static final int IN_LINE_MAX = 64;
  static final int PASSWORD_CHARS_MIN = 12;

  private final Semaphore line = new Semaphore(IN_LINE_MAX);
  private final SecureRandom random;

  PasswordGate(SecureRandom random) {
    this.random = random;
  }

  /** Whether this is the user's password; costs the same for a user that does not exist. */
  boolean verify(Optional<UserRecord> user, Password password) {
    Optional<String> hash = user.map(UserRecord::passwordHash).filter(h -> !h.isEmpty());
    return inLine(() ->
        hash.isPresent()
            ? PasswordHash.verify(password.utf8(), hash.get())
            : PasswordHash.verifyNobody(password.utf8()));
  }

  /**
   * The hash to store.
   *
   * @throws WireException of kind BAD_PARAMETER when the password is too short or too long
   */
  String hash(Password password) {
    if (password.length() < PASSWORD_CHARS_MIN) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER,
          "password must have at least " + PASSWORD_CHARS_MIN + " characters");
    }
    if (password.utf8().byteSize() > PasswordHash.MAX_PASSWORD_BYTES) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "password is too long");
    }
    return inLine(() -> PasswordHash.hash(password.utf8(), random));
  }

  /** The hash of a code that was made here; no rule is for it. */
  String hashOfCode(Password code) {
    return inLine(() -> PasswordHash.hash(code.utf8(), random));
  }

  /** Whether the code has this hash; costs the same without one. */
  boolean verifyCode(Optional<String> hash, Password code) {
    return inLine(() ->
        hash.isPresent()
            ? PasswordHash.verify(code.utf8(), hash.get())
            : PasswordHash.verifyNobody(code.utf8()));
  }

  private <T> T inLine(Supplier<T> work) {
    if (!line.tryAcquire()) {
      throw new WireException(ErrorKind.LIMIT_EXCEEDED, "too many logins at once, try again");
    }
    try {
      return work.get();
    } finally {
      line.release();
    }
  }
}
