// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.headless.MatchNumber;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.HeadlessNumberRequest;
import dev.jtsh.protocol.web.HeadlessNumberResponse;
import dev.jtsh.protocol.web.SshLoginResponse;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requester's side of headless logins: holds each request until its user has decided or three
 * minutes are over. A waiter is a future and a timer, not a thread.
 *
 * <p>A request reaches the storage only when its user looks (the stub of teleport-wire §3.4), so
 * strangers cannot fill it. It outlives its connection: a POST of the same id with the same facts
 * and keys waits on, or gets the answer again; one with other facts or keys ends the request for
 * good (security rule 3). Whatever goes wrong, the requester hears one text.
 */
public final class HeadlessLogins implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(HeadlessLogins.class);
  private static final int CALLERS_PER_REQUEST_MAX = 3;
  private static final String FAILED = "headless authentication failed";

  private final HeadlessLimits limits;
  private final HeadlessClaims claims;
  private final HeadlessStore store;
  private final HeadlessIssuer issuer;
  private final AuditLog audit;
  private final InstantSource clock;
  private final ExecutorService executor;
  private final ScheduledExecutorService timer;
  private final Backend.Watch watch;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Waiting> waiting = new HashMap<>(); // Guarded by lock.

  /** One request of this process; all fields but the final ones are guarded by the lock. */
  private static final class Waiting {
    final String key;
    final HeadlessRecord record;
    final HeadlessLoginRequest posted;
    final SourceNetwork source;
    final List<CompletableFuture<SshLoginResponse>> callers = new ArrayList<>();
    HeadlessNumber number;
    boolean stored;
    boolean denied;

    Waiting(
        HeadlessRecord record, HeadlessLoginRequest posted, SourceNetwork source, boolean stored) {
      this.posted = posted;
      this.number = record.number();
      this.key = HeadlessStore.key(record);
      this.record = record;
      this.source = source;
      this.stored = stored;
    }
  }

  HeadlessLogins(
      HeadlessLimits limits,
      HeadlessClaims claims,
      HeadlessStore store,
      HeadlessIssuer issuer,
      Backend backend,
      AuditLog audit,
      InstantSource clock,
      ExecutorService executor,
      ScheduledExecutorService timer) {
    this.limits = limits;
    this.claims = claims;
    this.store = store;
    this.issuer = issuer;
    this.audit = audit;
    this.clock = clock;
    this.executor = executor;
    this.timer = timer;
    this.watch = backend.watch(HeadlessStore.PREFIX, this::changed);
  }

  /**
   * Puts a request in line. Blocks shortly (storage), so call it on a virtual thread; the answer
   * may take three minutes.
   *
   * @param closed completes when the caller hung up
   * @return the certificates, or a {@link WireException}: BAD_PARAMETER without a user, else
   *     ACCESS_DENIED with the one text
   */
  public CompletionStage<SshLoginResponse> submit(
      HeadlessLoginRequest request, InetSocketAddress remote, CompletionStage<Void> closed) {
    var answer = new CompletableFuture<SshLoginResponse>();
    try {
      HeadlessRecord record = claims.freeze(request, remote);
      Waiting entry = attach(record, request, remote, answer);
      closed.whenComplete((nothing, failure) -> detach(entry, answer));
      advance(entry);
    } catch (WireException e) {
      if (e.kind() == ErrorKind.BAD_PARAMETER) {
        answer.completeExceptionally(e);
      } else {
        logger.debug("headless request refused: {}", e.getMessage());
        answer.completeExceptionally(failed());
      }
    }
    return answer;
  }

  /**
   * The cluster's part of a waiting request's number and, with the requester's part, the end of the
   * number's making (security rule 11). Tells nothing that would help anybody but the requester,
   * and the same for users that do not exist. Blocks shortly.
   *
   * @param hostAuthority SHA-256 of the certificate of our host authority
   * @throws WireException of kind NOT_FOUND when no such request waits, ACCESS_DENIED for a part
   *     that was not committed to
   */
  public HeadlessNumberResponse number(HeadlessNumberRequest request, ByteString hostAuthority) {
    String key = HeadlessStore.key(request.user(), request.headlessId());
    Waiting entry;
    HeadlessNumber number;
    lock.lock();
    try {
      entry = waiting.get(key);
      if (entry == null) {
        throw new WireException(ErrorKind.NOT_FOUND, "no such headless request waits");
      }
      if (entry.number.isOpen() && !request.opening().isEmpty()) {
        if (!entry.number.isOpenedBy(request.opening())) {
          throw new WireException(ErrorKind.ACCESS_DENIED, "this was not committed to");
        }
        entry.number =
            entry.number.settled(
                MatchNumber.of(
                    entry.posted, request.opening(), entry.number.nonce(), hostAuthority));
      }
      number = entry.number;
    } finally {
      lock.unlock();
    }
    if (!request.opening().isEmpty()) {
      advance(entry); // The user may be looking already.
    }
    return new HeadlessNumberResponse(
        number.nonce(), hostAuthority, !number.isMatched(), entry.record.code() != null);
  }

  @Override
  public void close() {
    watch.close();
    List<CompletableFuture<SshLoginResponse>> callers;
    lock.lock();
    try {
      callers = waiting.values().stream().flatMap(entry -> entry.callers.stream()).toList();
      waiting.clear();
    } finally {
      lock.unlock();
    }
    callers.forEach(HeadlessLogins::fail);
  }

  private Waiting attach(
      HeadlessRecord record,
      HeadlessLoginRequest posted,
      InetSocketAddress remote,
      CompletableFuture<SshLoginResponse> answer) {
    SourceNetwork source = SourceNetwork.of(remote);
    String key = HeadlessStore.key(record);
    Optional<HeadlessRecord> stored = store.get(key).map(Stored::value);
    boolean known = store.isKnownSource(source);
    boolean conflict = false;
    boolean denied;
    boolean fresh = false;
    List<CompletableFuture<SshLoginResponse>> evicted = List.of();
    Waiting entry;
    lock.lock();
    try {
      entry = waiting.get(key);
      if (entry == null) {
        entry =
            stored
                .map(first -> new Waiting(first, posted, source, true))
                .orElseGet(() -> new Waiting(record, posted, source, false));
        checkLimits(entry, known);
        waiting.put(key, entry);
        fresh = !entry.stored;
        scheduleEnd(entry);
      }
      if (!entry.record.claimDigest().equals(record.claimDigest())) {
        conflict = true;
        entry.denied = true;
      }
      denied = entry.denied;
      if (!denied) {
        if (entry.callers.size() == CALLERS_PER_REQUEST_MAX) {
          evicted = List.of(entry.callers.removeFirst());
        }
        entry.callers.add(answer);
      }
    } finally {
      lock.unlock();
    }
    evicted.forEach(HeadlessLogins::fail); // Never under the lock: it runs what callers chained.
    if (conflict) {
      conflict(entry, record, remote);
    }
    if (denied) {
      answer.completeExceptionally(failed());
    } else if (fresh) {
      audit.emit(event(AuditEvent.Type.HEADLESS_REQUESTED, entry.record).build());
    }
    return entry;
  }

  private void checkLimits(Waiting candidate, boolean knownSource) {
    int ofUser = 0;
    int ofAddress = 0;
    int ofNetwork = 0;
    for (Waiting entry : waiting.values()) {
      if (entry.record.facts().user().equals(candidate.record.facts().user()) && !entry.denied) {
        ofUser++;
      }
      if (entry.source.address().equals(candidate.source.address())) {
        ofAddress++;
      }
      if (entry.source.network().equals(candidate.source.network())) {
        ofNetwork++;
      }
    }
    int total = knownSource ? limits.total() : limits.total() - limits.reserved();
    if (waiting.size() >= total
        || ofAddress >= limits.perAddress()
        || ofNetwork >= limits.perNetwork()
        || (!candidate.stored && ofUser >= limits.perUser())) {
      throw new WireException(
          ErrorKind.ACCESS_DENIED, "too many in-flight headless login requests");
    }
  }

  private void scheduleEnd(Waiting entry) {
    Duration left = Duration.between(clock.instant(), entry.record.expires());
    timer.schedule(
        () -> finish(entry, Optional.empty()), Math.max(0, left.toMillis()), TimeUnit.MILLISECONDS);
  }

  private void conflict(Waiting entry, HeadlessRecord second, InetSocketAddress remote) {
    audit.emit(
        event(AuditEvent.Type.HEADLESS_CONFLICT, second)
            .with("addr.remote", Addresses.ipAndPort(remote))
            .with("error", "a second request of the same id had other facts or keys")
            .build());
    store.denyForGood(entry.key);
    List<CompletableFuture<SshLoginResponse>> callers;
    lock.lock();
    try {
      callers = List.copyOf(entry.callers);
      entry.callers.clear();
    } finally {
      lock.unlock();
    }
    callers.forEach(HeadlessLogins::fail);
  }

  private void detach(Waiting entry, CompletableFuture<SshLoginResponse> answer) {
    answer.cancel(false);
    lock.lock();
    try {
      entry.callers.removeIf(CompletableFuture::isDone);
      if (!isAbandoned(entry)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    timer.schedule(
        () -> removeAbandoned(entry), limits.detachedTimeMax().toMillis(), TimeUnit.MILLISECONDS);
  }

  private void removeAbandoned(Waiting entry) {
    lock.lock();
    try {
      if (isAbandoned(entry)) {
        waiting.remove(entry.key, entry);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nobody waits, and nobody has looked; a denied request stays, to be denied again. */
  private static boolean isAbandoned(Waiting entry) {
    return entry.callers.isEmpty() && !entry.stored && !entry.denied;
  }

  /** On the storage's watch thread: must not block. */
  private void changed(Backend.Change change) {
    if (!(change instanceof Backend.Change.Put)) {
      return;
    }
    List<Waiting> touched;
    lock.lock();
    try {
      if (HeadlessStore.isStub(change.key())) {
        String user = HeadlessStore.userOf(change.key());
        touched =
            waiting.values().stream()
                .filter(entry -> entry.record.facts().user().equals(user) && !entry.stored)
                .toList();
      } else {
        touched = Optional.ofNullable(waiting.get(change.key())).stream().toList();
      }
    } finally {
      lock.unlock();
    }
    try {
      touched.forEach(entry -> executor.execute(() -> advance(entry)));
    } catch (RejectedExecutionException e) {
      logger.debug("change after close is not followed");
    }
  }

  /** Takes the next step of a request, if there is one to take. Blocks. */
  private void advance(Waiting entry) {
    try {
      if (!isStored(entry)) {
        HeadlessNumber number = number(entry);
        if (number.isOpen() || !store.hasStub(entry.record.facts().user())) {
          return;
        }
        storeNow(entry, number);
      }
      Optional<Stored<HeadlessRecord>> present = store.get(entry.key);
      if (present.isEmpty()) {
        return;
      }
      HeadlessRecord record = present.get().value();
      if (!record.claimDigest().equals(entry.record.claimDigest())) {
        // Somebody was first under this id while we came in: what is kept there is not ours.
        lateConflict(entry);
        return;
      }
      switch (record.state()) {
        case PENDING -> {}
        case DENIED -> finish(entry, Optional.empty());
        case APPROVED -> consume(entry, present.get());
        case CONSUMED -> {
          if (record.answer() != null && record.answerNotAfter() != null) {
            boolean live = clock.instant().isBefore(record.answerNotAfter());
            finish(entry, live ? Optional.of(record.answer()) : Optional.empty());
          }
        }
      }
    } catch (RuntimeException e) {
      logger.error("headless request {} failed", entry.record.facts().id(), e);
      finish(entry, Optional.empty());
    }
  }

  private boolean isStored(Waiting entry) {
    lock.lock();
    try {
      return entry.stored || entry.denied;
    } finally {
      lock.unlock();
    }
  }

  private HeadlessNumber number(Waiting entry) {
    lock.lock();
    try {
      return entry.number;
    } finally {
      lock.unlock();
    }
  }

  private void storeNow(Waiting entry, HeadlessNumber number) {
    // If there is one already, its facts are the first ones and stay.
    store.create(claims.asOfNow(entry.record, entry.posted).numbered(number));
    boolean denied;
    lock.lock();
    try {
      entry.stored = true;
      denied = entry.denied;
    } finally {
      lock.unlock();
    }
    if (denied) {
      store.denyForGood(entry.key);
    }
  }

  private void lateConflict(Waiting entry) {
    audit.emit(
        event(AuditEvent.Type.HEADLESS_CONFLICT, entry.record)
            .with("error", "a second request of the same id had other facts or keys")
            .build());
    store.denyForGood(entry.key);
    finish(entry, Optional.empty());
  }

  private void consume(Waiting entry, Stored<HeadlessRecord> approved) {
    if (approved.value().awaitsCode()) {
      return; // The watch tells when it was typed.
    }
    if (!hasCallers(entry)) {
      return; // Without a caller the one answer is kept for the POST that comes again.
    }
    Optional<Stored<HeadlessRecord>> mine = store.consume(approved);
    if (mine.isEmpty()) {
      return; // Somebody else was quicker; the watch tells what came of it.
    }
    try {
      HeadlessIssuer.Issued issued = issuer.issue(mine.get().value());
      store.answer(mine.get(), issued.response(), issued.notAfter());
    } catch (RuntimeException e) {
      logger.warn("approved headless request was not issued: {}", e.getMessage());
      store.fail(mine.get());
    }
  }

  private boolean hasCallers(Waiting entry) {
    lock.lock();
    try {
      return !entry.callers.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void finish(Waiting entry, Optional<SshLoginResponse> response) {
    List<CompletableFuture<SshLoginResponse>> callers;
    lock.lock();
    try {
      waiting.remove(entry.key, entry);
      callers = List.copyOf(entry.callers);
      entry.callers.clear();
    } finally {
      lock.unlock();
    }
    // Completing runs what callers chained: elsewhere, for this may be the timer.
    executor.execute(
        () -> callers.forEach(c -> response.ifPresentOrElse(c::complete, () -> fail(c))));
  }

  private static AuditEvent.Builder event(AuditEvent.Type type, HeadlessRecord record) {
    return AuditEvent.of(type)
        .with("user", record.facts().user())
        .with("method", "headless")
        .with("success", false)
        .with("addr.remote", record.facts().clientAddress())
        .with("headless_id", record.facts().id())
        .with("message", record.standard() ? "standard Teleport request: full login" : "");
  }

  private static void fail(CompletableFuture<SshLoginResponse> caller) {
    caller.completeExceptionally(failed());
  }

  private static WireException failed() {
    return new WireException(ErrorKind.ACCESS_DENIED, FAILED);
  }
}
