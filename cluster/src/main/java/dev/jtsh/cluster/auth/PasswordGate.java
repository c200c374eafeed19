// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.pki.PasswordHash;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.Password;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Hashes and checks passwords with a bounded number of callers in line; hashing is made to be slow,
 * so a flood of log-ins would else stop everything (security rule 24).
 */
final class PasswordGate {
  private static final int UTF8_BYTES_MAX = 4;
  private static final int IN_LINE_MAX = 64;
  private static final int PASSWORD_CHARS_MIN = 12;

  private final Semaphore line = new Semaphore(IN_LINE_MAX);
  private final SecureRandom random;

  PasswordGate(SecureRandom random) {
    this.random = random;
  }

  /** Whether this is the user's password; costs the same for a user that does not exist. */
  boolean verify(Optional<UserRecord> user, Password password) {
    Optional<String> hash = user.map(UserRecord::passwordHash).filter(h -> !h.isEmpty());
    return inLine(
        password,
        bytes ->
            hash.isPresent()
                ? PasswordHash.verify(bytes, hash.get())
                : PasswordHash.verifyNobody(bytes));
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
    return inLine(
        password,
        bytes -> {
          if (bytes.length > PasswordHash.MAX_PASSWORD_BYTES) {
            throw new WireException(ErrorKind.BAD_PARAMETER, "password is too long");
          }
          return PasswordHash.hash(bytes, random);
        });
  }

  private interface Work<T> {
    T with(byte[] password);
  }

  private <T> T inLine(Password password, Work<T> work) {
    if (!line.tryAcquire()) {
      throw new WireException(ErrorKind.LIMIT_EXCEEDED, "too many logins at once, try again");
    }
    byte[] bytes = utf8(password);
    try {
      return work.with(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
      line.release();
    }
  }

  private static byte[] utf8(Password password) {
    char[] characters = password.copy();
    try {
      ByteBuffer encoded = ByteBuffer.allocate(characters.length * UTF8_BYTES_MAX);
      StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(characters), encoded, true);
      byte[] bytes = Arrays.copyOf(encoded.array(), encoded.position());
      Arrays.fill(encoded.array(), (byte) 0);
      return bytes;
    } finally {
      Arrays.fill(characters, '\0');
    }
  }
}
