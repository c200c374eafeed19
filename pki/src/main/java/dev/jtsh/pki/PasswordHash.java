// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import dev.jtsh.nativebindings.NativeKey;
import dev.jtsh.nativebindings.PasswordStretch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * Password hashes: PBKDF2 in libcrypto, from the memory the password lies in, and Argon2id (RFC
 * 9106) of what comes out. Argon2id is Java code, works for tens of milliseconds on what it was
 * given, and the garbage collector may leave copies of that: so it is not given the password.
 * PBKDF2 is there for that alone; the strength is Argon2id's.
 *
 * <p>Takes about 20 MiB and some tens of milliseconds, at most two at a time: call it where waiting
 * is allowed. The caller wipes the password.
 */
public final class PasswordHash {
  /** Longest password in bytes. */
  public static final int MAX_PASSWORD_BYTES = 512;

  private static final int ITERATIONS = 4096;
  private static final int STRETCHED_BYTES = 32;
  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final int MAX_ITERATIONS = 100_000;
  private static final int MAX_MEMORY_KIB = 64 * 1024;
  private static final int MAX_PASSES = 8;
  private static final int MAX_LANES = 4;
  private static final int MAX_TEXT_CHARS = 256;
  private static final Semaphore RUNNING = new Semaphore(2, true);
  private static final AtomicLong RUNS = new AtomicLong();
  private static final Pattern FORM =
      Pattern.compile(
          "\\$pbkdf2-sha256-argon2id\\$v=19\\$i=(\\d{1,6}),m=(\\d{1,6}),t=(\\d{1,2}),p=(\\d)"
              + "\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{22,86})");

  /** A hash no password has: verifying against it costs as much as against a user's. */
  private static final String NOBODY =
      "$pbkdf2-sha256-argon2id$v=19$i=4096,m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
          + "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

  private record Costs(int iterations, int memory, int passes, int lanes) {
    boolean inBounds() {
      return iterations >= 1
          && iterations <= MAX_ITERATIONS
          && lanes >= 1
          && lanes <= MAX_LANES
          && passes >= 1
          && passes <= MAX_PASSES
          && memory >= 8 * lanes
          && memory <= MAX_MEMORY_KIB;
    }
  }

  private PasswordHash() {}

  /**
   * Hashes a password with a new salt.
   *
   * @param password in native memory
   * @throws IllegalArgumentException if it is empty or longer than {@link #MAX_PASSWORD_BYTES}
   */
  public static String hash(MemorySegment password, SecureRandom random) {
    if (!inBounds(password)) {
      throw new IllegalArgumentException("a password has 1 to " + MAX_PASSWORD_BYTES + " bytes");
    }
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    Costs costs = new Costs(ITERATIONS, MEMORY_KIB, PASSES, LANES);
    byte[] hash = run(password, salt, costs, HASH_BYTES);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$pbkdf2-sha256-argon2id$v=19$i=%d,m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            ITERATIONS,
            MEMORY_KIB,
            PASSES,
            LANES,
            base64.encodeToString(salt),
            base64.encodeToString(hash));
  }

  /**
   * Whether the password has this hash. A password out of bounds has none, and costs the same.
   *
   * @param password in native memory
   * @throws PkiException if the hash is not of this form, or would cost more than we allow
   */
  public static boolean verify(MemorySegment password, String hash) {
    Matcher form = FORM.matcher(hash);
    if (hash.length() > MAX_TEXT_CHARS || !form.matches()) {
      throw new PkiException("not a password hash of ours");
    }
    Costs costs =
        new Costs(
            Integer.parseInt(form.group(1)),
            Integer.parseInt(form.group(2)),
            Integer.parseInt(form.group(3)),
            Integer.parseInt(form.group(4)));
    if (!costs.inBounds()) {
      throw new PkiException("the password hash has costs out of bounds");
    }
    byte[] expected;
    byte[] salt;
    try {
      salt = Base64.getDecoder().decode(form.group(5));
      expected = Base64.getDecoder().decode(form.group(6));
    } catch (IllegalArgumentException e) {
      throw new PkiException("not a password hash of ours", e);
    }
    try (Arena arena = Arena.ofConfined()) {
      boolean inBounds = inBounds(password);
      byte[] actual = run(inBounds ? password : arena.allocate(1), salt, costs, expected.length);
      return MessageDigest.isEqual(actual, expected) && inBounds;
    }
  }

  /** Takes as long as {@link #verify} and says no: for user names that do not exist. */
  public static boolean verifyNobody(MemorySegment password) {
    boolean ignored = verify(password, NOBODY);
    return false;
  }

  /**
   * How often this process has hashed, for whatever reason: a refusal that cost none would tell.
   */
  public static long runs() {
    return RUNS.get();
  }

  private static boolean inBounds(MemorySegment password) {
    return password.byteSize() > 0 && password.byteSize() <= MAX_PASSWORD_BYTES;
  }

  private static byte[] run(MemorySegment password, byte[] salt, Costs costs, int hashBytes) {
    RUNNING.acquireUninterruptibly();
    try {
      RUNS.incrementAndGet();
      Argon2BytesGenerator generator = new Argon2BytesGenerator();
      generator.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withVersion(Argon2Parameters.ARGON2_VERSION_13)
              .withMemoryAsKB(costs.memory())
              .withIterations(costs.passes())
              .withParallelism(costs.lanes())
              .withSalt(salt)
              .build());
      byte[] stretched = stretched(password, salt, costs.iterations());
      try {
        byte[] hash = new byte[hashBytes];
        generator.generateBytes(stretched, hash);
        return hash;
      } finally {
        Arrays.fill(stretched, (byte) 0);
      }
    } finally {
      RUNNING.release();
    }
  }

  private static byte[] stretched(MemorySegment password, byte[] salt, int iterations) {
    if (NativeKey.available()) {
      return PasswordStretch.pbkdf2Sha256(password, salt, iterations, STRETCHED_BYTES);
    }
    // As for keys: without libcrypto it is the Java heap, and jtsh-cluster has said so.
    byte[] copy = password.toArray(ValueLayout.JAVA_BYTE);
    try {
      PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA256Digest());
      generator.init(copy, salt, iterations);
      return ((KeyParameter) generator.generateDerivedMacParameters(STRETCHED_BYTES * Byte.SIZE))
          .getKey();
    } finally {
      Arrays.fill(copy, (byte) 0);
    }
  }
}
