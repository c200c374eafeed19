// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.auth.HeadlessRecord.State;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.SshLoginResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Headless requests in the storage. A request is made once and never made over; every step is one
 * compare-and-swap from one named state, so of two rivals one loses.
 */
final class HeadlessStore {
  static final String PREFIX = "headless_authentication/users/";
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  private static final String STUB = "stub";
  private static final int SWAP_TRIES_MAX = 20;
  private static final Duration KNOWN_SOURCE_LIFE = Duration.ofDays(90);
  private static final String SOURCE_PREFIX = "headless_sources/";

  private final Backend backend;
  private final InstantSource clock;

  HeadlessStore(Backend backend, InstantSource clock) {
    this.backend = backend;
    this.clock = clock;
  }

  static String key(String user, String id) {
    return PREFIX + user + "/" + id;
  }

  static String key(HeadlessRecord record) {
    return key(record.facts().user(), record.facts().id());
  }

  /** Whether this can be the id of a request. */
  static boolean isId(String id) {
    return ID.matcher(id).matches();
  }

  static boolean isStub(String key) {
    return key.endsWith("/" + STUB);
  }

  static String userOf(String key) {
    return key.substring(PREFIX.length(), key.lastIndexOf('/'));
  }

  Optional<Stored<HeadlessRecord>> get(String key) {
    return Stored.get(backend, key, HeadlessRecord.class);
  }

  List<HeadlessRecord> pending(String user) {
    return backend.range(PREFIX + user + "/", "", 100).stream()
        .filter(item -> !isStub(item.key()))
        .map(item -> Stored.of(item, HeadlessRecord.class).value())
        .filter(record -> record.state() == State.PENDING)
        .toList();
  }

  /** Makes the request; false when there is one of this id. */
  boolean create(HeadlessRecord record) {
    return backend.create(key(record), WireJson.write(record), record.expires()).isPresent();
  }

  /**
   * PENDING to APPROVED; empty when it is not pending (any more).
   *
   * @param code to be typed before anything is issued; null for none
   */
  Optional<Stored<HeadlessRecord>> approve(
      Stored<HeadlessRecord> pending,
      HeadlessRecord.Approval approval,
      @Nullable ReverseCode code) {
    return pending.value().state() == State.PENDING
        ? pending.swap(backend, pending.value().approved(approval, code))
        : Optional.empty();
  }

  /** Counts a try of a code; false when the request changed meanwhile. */
  boolean codeTried(Stored<HeadlessRecord> approved, ReverseCode next) {
    return approved.value().awaitsCode()
        && approved.swap(backend, approved.value().tried(next)).isPresent();
  }

  /** APPROVED to CONSUMED: who wins this, and nobody else, issues. */
  Optional<Stored<HeadlessRecord>> consume(Stored<HeadlessRecord> approved) {
    return approved.value().state() == State.APPROVED && !approved.value().awaitsCode()
        ? approved.swap(backend, approved.value().consumed())
        : Optional.empty();
  }

  /** Adds the answer of the one issuance. */
  void answer(Stored<HeadlessRecord> consumed, SshLoginResponse response, Instant notAfter) {
    if (consumed.swap(backend, consumed.value().answered(response, notAfter)).isEmpty()) {
      throw new IllegalStateException("a consumed headless request was changed by somebody else");
    }
  }

  /** Gives up a consumed request whose issuance failed. */
  void fail(Stored<HeadlessRecord> consumed) {
    consumed.swap(backend, consumed.value().denied());
  }

  /** Denies a pending request for the approver; false when it is not pending (any more). */
  boolean reject(Stored<HeadlessRecord> pending) {
    return pending.value().state() == State.PENDING
        && pending.swap(backend, pending.value().denied()).isPresent();
  }

  /** Denies for good whatever was not issued yet; nothing to do when there is no such request. */
  void denyForGood(String key) {
    for (int i = 0; i < SWAP_TRIES_MAX; i++) {
      Optional<Stored<HeadlessRecord>> stored = get(key);
      if (stored.isEmpty()) {
        return;
      }
      State state = stored.get().value().state();
      if (state == State.DENIED || state == State.CONSUMED) {
        return;
      }
      if (stored.get().swap(backend, stored.get().value().denied()).isPresent()) {
        return;
      }
    }
    throw new IllegalStateException("headless request changed too often to be denied");
  }

  /** Says that the user is looking: requests for the user may be stored from now on. */
  void putStub(String user, Duration life) {
    backend.put(key(user, STUB), WireJson.write(Map.of()), clock.instant().plus(life));
  }

  boolean hasStub(String user) {
    return backend.get(key(user, STUB)).isPresent();
  }

  /** Whether this user approved a request from this address before. */
  boolean isKnownSource(String user, SourceNetwork source) {
    return UserRecord.isName(user) && backend.get(sourceKey(user, source)).isPresent();
  }

  /** Whether anybody approved a request from this address before. */
  boolean isKnownSource(SourceNetwork source) {
    return backend.get(SOURCE_PREFIX + "any/" + source.address()).isPresent();
  }

  void rememberSource(String user, SourceNetwork source) {
    Instant end = clock.instant().plus(KNOWN_SOURCE_LIFE);
    backend.put(sourceKey(user, source), WireJson.write(Map.of()), end);
    backend.put(SOURCE_PREFIX + "any/" + source.address(), WireJson.write(Map.of()), end);
  }

  private static String sourceKey(String user, SourceNetwork source) {
    return SOURCE_PREFIX + "user/" + user + "/" + source.address();
  }
}
