// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * WebAuthn challenges that wait for their answer, each good for one answer, for one user, one
 * session and one purpose (security rule 3). Kept in memory: after a restart people tap again.
 */
final class Challenges {
  /** How long an answer may take (teleport-wire §3.5). */
  static final Duration LIFE = Duration.ofMinutes(5);

  private static final int CHALLENGE_BYTES = 32;
  private static final int TOTAL_MAX = 10_000;
  private static final int PER_OWNER_MAX = 10;

  /** What a signed challenge may be used for. */
  enum Scope {
    SIGNUP,
    SIGNUP_KEY_ALONE,
    LOST_PASSWORD,
    LOST_KEY,
    REGISTER_DEVICE,
    MANAGE_DEVICES,
    LOGIN,
    PASSKEY_LOGIN,
    HEADLESS_LOGIN,
    USER_SESSION
  }

  /**
   * What a challenge is bound to.
   *
   * @param user the user who must answer
   * @param session who asked: the fingerprint of the caller's key, or empty before a login
   * @param scope what the answer is for
   * @param headlessId the request it approves; empty when the caller did not say
   * @param factsDigest the facts that were shown; empty when the caller did not say
   */
  record Purpose(
      String user, String session, Scope scope, String headlessId, ByteString factsDigest) {

    static Purpose of(String user, String session, Scope scope) {
      return new Purpose(user, session, scope, "", ByteString.EMPTY);
    }
  }

  /**
   * A challenge.
   *
   * @param bytes what is signed
   * @param purpose what it is bound to
   * @param expires when it is too late
   */
  record Challenge(ByteString bytes, Purpose purpose, Instant expires) {}

  private final InstantSource clock;
  private final SecureRandom random;
  // Oldest first; guarded by this.
  private final Map<ByteString, Challenge> open = new LinkedHashMap<>();

  Challenges(InstantSource clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /** A new challenge. The oldest of the same user and scope goes when there are too many. */
  synchronized Challenge create(Purpose purpose) {
    removeExpired();
    evict(purpose);
    byte[] bytes = new byte[CHALLENGE_BYTES];
    random.nextBytes(bytes);
    var challenge = new Challenge(ByteString.copyFrom(bytes), purpose, clock.instant().plus(LIFE));
    open.put(challenge.bytes(), challenge);
    return challenge;
  }

  /** Takes a challenge away, whatever comes of its answer; empty if unknown, used or too old. */
  synchronized Optional<Challenge> take(ByteString bytes) {
    Challenge challenge = open.remove(bytes);
    return challenge != null && challenge.expires().isAfter(clock.instant())
        ? Optional.of(challenge)
        : Optional.empty();
  }

  private void evict(Purpose purpose) {
    int ofOwner = 0;
    Challenge oldest = null;
    for (Challenge challenge : open.values()) {
      if (!purpose.user().isEmpty() // All passkey logins share it: only the total bounds those.
          && challenge.purpose().user().equals(purpose.user())
          && challenge.purpose().scope() == purpose.scope()) {
        oldest = oldest == null ? challenge : oldest;
        ofOwner++;
      }
    }
    if (oldest != null && ofOwner >= PER_OWNER_MAX) {
      open.remove(oldest.bytes());
    }
    if (open.size() >= TOTAL_MAX) {
      Iterator<ByteString> first = open.keySet().iterator();
      first.next();
      first.remove();
    }
  }

  private void removeExpired() {
    Instant now = clock.instant();
    open.values().removeIf(challenge -> !challenge.expires().isAfter(now));
  }
}
