// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Password hashes: Argon2id (RFC 9106) in the usual {@code $argon2id$...} text form. Takes about 20
 * MiB and some tens of milliseconds, at most two at a time: call it where waiting is allowed. The
 * caller wipes the password.
 */
public final class PasswordHash {
  /** Longest password in bytes. */
  public static final int MAX_PASSWORD_BYTES = 512;

  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final int MAX_MEMORY_KIB = 64 * 1024;
  private static final int MAX_PASSES = 8;
  private static final int MAX_LANES = 4;
  private static final int MAX_TEXT_CHARS = 256;
  private static final Semaphore RUNNING = new Semaphore(2, true);
  private static final Pattern FORM =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,6}),t=(\\d{1,2}),p=(\\d)"
              + "\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{22,86})");

  /** A hash no password has: verifying against it costs as much as against a user's. */
  private static final String NOBODY =
      "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
          + "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

  private PasswordHash() {}

  /**
   * Hashes a password with a new salt.
   *
   * @throws IllegalArgumentException if it is empty or longer than {@link #MAX_PASSWORD_BYTES}
   */
  public static String hash(byte[] password, SecureRandom random) {
    if (password.length == 0 || password.length > MAX_PASSWORD_BYTES) {
      throw new IllegalArgumentException("a password has 1 to " + MAX_PASSWORD_BYTES + " bytes");
    }
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    byte[] hash = argon2id(password, salt, MEMORY_KIB, PASSES, LANES, HASH_BYTES);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            MEMORY_KIB, PASSES, LANES, base64.encodeToString(salt), base64.encodeToString(hash));
  }

  /**
   * Whether the password has this hash. A password out of bounds has none.
   *
   * @throws PkiException if the hash is not of this form, or would cost more than we allow
   */
  public static boolean verify(byte[] password, String hash) {
    Matcher form = FORM.matcher(hash);
    if (hash.length() > MAX_TEXT_CHARS || !form.matches()) {
      throw new PkiException("not a password hash of ours");
    }
    int memory = Integer.parseInt(form.group(1));
    int passes = Integer.parseInt(form.group(2));
    int lanes = Integer.parseInt(form.group(3));
    if (lanes < 1
        || lanes > MAX_LANES
        || passes < 1
        || passes > MAX_PASSES
        || memory < 8 * lanes
        || memory > MAX_MEMORY_KIB) {
      throw new PkiException("the password hash has costs out of bounds");
    }
    byte[] expected;
    byte[] salt;
    try {
      salt = Base64.getDecoder().decode(form.group(4));
      expected = Base64.getDecoder().decode(form.group(5));
    } catch (IllegalArgumentException e) {
      throw new PkiException("not a password hash of ours", e);
    }
    boolean inBounds = password.length > 0 && password.length <= MAX_PASSWORD_BYTES;
    byte[] actual =
        argon2id(inBounds ? password : new byte[1], salt, memory, passes, lanes, expected.length);
    try {
      return MessageDigest.isEqual(actual, expected) && inBounds;
    } finally {
      Arrays.fill(actual, (byte) 0);
    }
  }

  /** Takes as long as {@link #verify} and says no: for user names that do not exist. */
  public static boolean verifyNobody(byte[] password) {
    boolean ignored = verify(password, NOBODY);
    return false;
  }

  private static byte[] argon2id(
      byte[] password, byte[] salt, int memory, int passes, int lanes, int hashBytes) {
    RUNNING.acquireUninterruptibly();
    try {
      Argon2BytesGenerator generator = new Argon2BytesGenerator();
      generator.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withVersion(Argon2Parameters.ARGON2_VERSION_13)
              .withMemoryAsKB(memory)
              .withIterations(passes)
              .withParallelism(lanes)
              .withSalt(salt)
              .build());
      byte[] hash = new byte[hashBytes];
      generator.generateBytes(password, hash);
      return hash;
    } finally {
      RUNNING.release();
    }
  }
}
