// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One-time codes by time (RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds. */
final class Totp {
  static final int PERIOD_SECONDS = 30;
  static final int DIGITS = 6;

  /** The length RFC 4226 §4 recommends, and that of SHA-1. */
  static final int SECRET_BYTES = 20;

  private static final int CODES = 1_000_000;

  /** How many steps a clock may be off, to either side (RFC 6238 §5.2). */
  private static final int STEPS_OFF_MAX = 1;

  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int BASE32_BITS = 5;

  private Totp() {}

  static ByteString newSecret(SecureRandom random) {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return ByteString.copyFrom(secret);
  }

  /** The step of a time. */
  static long step(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), PERIOD_SECONDS);
  }

  /** The code of a step (RFC 4226 §5.3). */
  static String code(ByteString secret, long step) {
    byte[] hash;
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(secret.toByteArray(), "HmacSHA1"));
      hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC", e);
    }
    int offset = hash[hash.length - 1] & 0xf;
    int number = ByteBuffer.wrap(hash).getInt(offset) & Integer.MAX_VALUE;
    return String.format(Locale.ROOT, "%06d", number % CODES);
  }

  /**
   * The step that a code is of.
   *
   * @param usedStep the last one that was accepted: it and all before it are over
   * @return empty for a wrong code
   */
  static OptionalLong match(ByteString secret, String code, Instant now, long usedStep) {
    byte[] given = code.getBytes(StandardCharsets.UTF_8);
    long present = step(now);
    OptionalLong found = OptionalLong.empty();
    for (long step = present - STEPS_OFF_MAX; step <= present + STEPS_OFF_MAX; step++) {
      byte[] right = code(secret, step).getBytes(StandardCharsets.UTF_8);
      if (MessageDigest.isEqual(given, right) && step > usedStep) {
        found = OptionalLong.of(step);
      }
    }
    return found;
  }

  /** RFC 4648 §6, without padding: how apps take secrets. */
  static String base32(ByteString secret) {
    StringBuilder text = new StringBuilder();
    long held = 0;
    int bits = 0;
    for (byte one : secret.toByteArray()) {
      held = ((held << Byte.SIZE) | (one & 0xff)) & 0xffff;
      bits += Byte.SIZE;
      while (bits >= BASE32_BITS) {
        bits -= BASE32_BITS;
        text.append(BASE32.charAt((int) (held >> bits) & 31));
      }
    }
    if (bits > 0) {
      text.append(BASE32.charAt((int) (held << (BASE32_BITS - bits)) & 31));
    }
    return text.toString();
  }
}
