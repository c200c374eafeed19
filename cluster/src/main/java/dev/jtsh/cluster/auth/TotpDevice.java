// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * A user's app that shows one-time codes. Kept apart from the security keys, so that nothing that
 * takes a key's answer can take a code.
 *
 * @param id a UUID
 * @param name what the user calls it
 * @param secret what codes are made of; cannot be hashed, for the cluster makes them too
 * @param usedStep the step of the last code that was accepted
 * @param wrongInRow wrong codes since the last right one, or since a login with a security key
 * @param addedAt when it was registered
 */
public record TotpDevice(
    String id, String name, ByteString secret, long usedStep, int wrongInRow, Instant addedAt) {
  /** Three codes of a million are right at a time: this many guesses, and no more. */
  static final int WRONG_MAX = 10;

  /** Whether codes are taken no more until the user has logged in with a security key. */
  @JsonIgnore
  boolean isShut() {
    return wrongInRow >= WRONG_MAX;
  }

  TotpDevice used(long step) {
    return new TotpDevice(id, name, secret, step, 0, addedAt);
  }

  TotpDevice wrongOnceMore() {
    return new TotpDevice(id, name, secret, usedStep, wrongInRow + 1, addedAt);
  }

  TotpDevice opened() {
    return new TotpDevice(id, name, secret, usedStep, 0, addedAt);
  }

  @Override
  public String toString() {
    return "TotpDevice[id=" + id + ", secret hidden]";
  }
}
