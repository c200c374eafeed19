// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.access;

import dev.jtsh.pki.UserIdentity;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Keeps somebody out at once, whatever certificates are still valid: looked at whenever a user
 * certificate is issued, at each call to auth and at each request to Kubernetes.
 *
 * @param id names the lock itself
 * @param kind what it is about
 * @param name of the user, role, security key or request
 * @param message why, for the person who is kept out; may be empty
 * @param created when it was made
 * @param expires when it ends; null for not by itself
 * @param onlyOlder whether it leaves certificates alone that were issued after it was made: a user
 *     who was removed may be added again
 */
public record Lock(
    String id,
    Kind kind,
    String name,
    String message,
    Instant created,
    @Nullable Instant expires,
    boolean onlyOlder) {

  /** What a lock can be about. */
  public enum Kind {
    USER("User"),
    ROLE("Role"),
    MFA_DEVICE("MFADevice"),
    HEADLESS_REQUEST("HeadlessRequest");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The word in messages, as Teleport has it. */
    public String word() {
      return word;
    }

    /** The word of lists and commands, such as {@code mfa-device}. */
    public String option() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Whether it is in force now for the holder of a certificate issued then. */
  public boolean targets(UserIdentity user, Instant issued, Instant now) {
    if ((expires != null && !now.isBefore(expires)) || (onlyOlder && issued.isAfter(created))) {
      return false;
    }
    return switch (kind) {
      case USER -> user.username().equals(name);
      case ROLE -> user.roles().contains(name);
      case MFA_DEVICE -> user.mfaVerified().filter(name::equals).isPresent();
      case HEADLESS_REQUEST -> user.headlessRequestId().filter(name::equals).isPresent();
    };
  }

  /** What the person who is kept out is told (teleport-wire §12.4); text in it may be foreign. */
  public String refusal() {
    String which = "lock targeting %s:\"%s\" is in force".formatted(kind.word(), name);
    return message.isEmpty() ? which : which + ": " + message;
  }
}
