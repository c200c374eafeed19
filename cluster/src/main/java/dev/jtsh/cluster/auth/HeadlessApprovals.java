// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.headless.FactsDigest;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The approver's side of headless logins. Only a user decides about requests for that user, with a
 * security key, and only about the facts that were shown. Blocks: call on virtual threads.
 */
public final class HeadlessApprovals {
  /** How often a user's key is asked for a signature in a minute, and those behind one address. */
  static final int CHALLENGES_OF_USER_MAX = 30;

  static final int CHALLENGES_OF_ADDRESS_MAX = 300;

  private final AuthSettings settings;
  private final HeadlessStore store;
  private final Backend backend;
  private final Users users;
  private final Webauthn webauthn;
  private final Suspensions suspensions;
  private final AuditLog audit;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Attempts ofUsers;
  private final Attempts ofAddresses;
  private final ScheduledExecutorService timer;

  HeadlessApprovals(
      AuthSettings settings,
      HeadlessStore store,
      Backend backend,
      Users users,
      Webauthn webauthn,
      Suspensions suspensions,
      AuditLog audit,
      InstantSource clock,
      SecureRandom random,
      ScheduledExecutorService timer) {
    this.settings = settings;
    this.store = store;
    this.backend = backend;
    this.users = users;
    this.webauthn = webauthn;
    this.suspensions = suspensions;
    this.audit = audit;
    this.clock = clock;
    this.random = random;
    this.ofUsers = new Attempts(clock, CHALLENGES_OF_USER_MAX);
    this.ofAddresses = new Attempts(clock, CHALLENGES_OF_ADDRESS_MAX);
    this.timer = timer;
  }

  /**
   * A decision.
   *
   * @param id the request
   * @param approve or deny
   * @param factsDigest digest of the facts that were shown; empty in a plain approval
   * @param number what the approver read on the remote terminal; 0 for none
   * @param report with a denial, that the user never asked for this
   * @param showsCode whether the approver's side shows the code that an approval may give
   * @param answer the signed challenge; empty when denying
   */
  record Decision(
      String id,
      boolean approve,
      ByteString factsDigest,
      int number,
      boolean report,
      boolean showsCode,
      Optional<WebauthnAssertionJson> answer) {}

  /**
   * What an approver's key shall be asked to sign.
   *
   * @param headlessId the request; empty from an approver that does not say
   * @param factsDigest digest of the facts that were shown; empty without
   * @param number what the approver read on the remote terminal; 0 for none
   */
  record Asked(String headlessId, ByteString factsDigest, int number) {}

  /**
   * The request of this id for this user, waiting a few seconds for it to appear.
   *
   * @throws WireException of kind NOT_FOUND when it does not
   */
  HeadlessRecord get(String user, String id) {
    String key = HeadlessStore.key(user, id);
    Optional<Stored<HeadlessRecord>> present = store.get(key);
    if (present.isEmpty()) {
      var arrived = new CompletableFuture<Void>();
      Backend.Watch watch = backend.watch(key, change -> arrived.complete(null));
      try (watch) {
        store.putStub(user, settings.headlessLimits().lifetime());
        present = store.get(key);
        if (present.isEmpty()) {
          await(arrived);
          present = store.get(key);
        }
      }
    }
    return present
        .map(Stored::value)
        .orElseThrow(() ->
            new WireException(ErrorKind.NOT_FOUND, "headless authentication request is not found"));
  }

  private void await(CompletableFuture<Void> arrived) {
    try {
      arrived.get(settings.headlessLimits().lookTimeMax().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // It did not come: the caller hears that it is not there.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Tells of pending requests for this user until closed; the listener must be quick. */
  AutoCloseable watchPending(String user, Consumer<HeadlessRecord> listener) {
    Duration life = settings.headlessLimits().lifetime();
    String prefix = HeadlessStore.PREFIX + user + "/";
    Backend.Watch watch =
        backend.watch(
            prefix,
            change -> {
              if (change instanceof Backend.Change.Put(var item)
                  && !HeadlessStore.isStub(item.key())) {
                HeadlessRecord record = Stored.of(item, HeadlessRecord.class).value();
                if (record.state() == HeadlessRecord.State.PENDING) {
                  listener.accept(record);
                }
              }
            });
    store.pending(user).forEach(listener);
    store.putStub(user, life);
    ScheduledFuture<?> refresh =
        timer.scheduleAtFixedRate(
            () -> Thread.startVirtualThread(() -> store.putStub(user, life)),
            life.toMillis(),
            life.toMillis(),
            TimeUnit.MILLISECONDS);
    return () -> {
      refresh.cancel(false);
      watch.close();
    };
  }

  /**
   * What the approver's key shall sign; bound to the request and facts when they are named. A wrong
   * number denies the request before anything is signed (security rule 11).
   *
   * @throws WireException of kind ACCESS_DENIED for a wrong number, or one that is missing;
   *     LIMIT_EXCEEDED for too many in a minute
   */
  WebauthnChallengeJson challenge(
      String user, String session, InetSocketAddress approver, Asked asked) {
    if (!ofUsers.tryOnce(user) || !ofAddresses.tryOnce(SourceNetwork.of(approver).address())) {
      throw new WireException(
          ErrorKind.LIMIT_EXCEEDED, "too many approvals within a minute, try again later");
    }
    if (!asked.headlessId().isEmpty()) {
      store
          .get(HeadlessStore.key(user, asked.headlessId()))
          .filter(stored -> stored.value().state() == HeadlessRecord.State.PENDING)
          .ifPresent(stored -> checkNumber(stored.value(), asked.number(), approver));
    }
    return webauthn.challenge(
        users.get(user),
        new Challenges.Purpose(
            user,
            session,
            Challenges.Scope.HEADLESS_LOGIN,
            asked.headlessId(),
            asked.factsDigest()));
  }

  /** Whether an approval of this request without its number is refused. */
  boolean isNumberRequired() {
    return settings.headlessApproval() == AuthSettings.HeadlessApproval.STRICT;
  }

  private void checkNumber(HeadlessRecord record, int number, InetSocketAddress approver) {
    String user = record.facts().user();
    suspensions
        .suspendedUntil(user)
        .ifPresent(end -> {
          throw new WireException(
              ErrorKind.ACCESS_DENIED,
              "three wrong numbers within an hour: headless logins are off for you until "
                  + end.truncatedTo(ChronoUnit.SECONDS));
        });
    if (!record.number().isMatched()) {
      return;
    }
    if (number == 0) {
      if (isNumberRequired()) {
        emit(
            AuditEvent.Type.HEADLESS_APPROVAL_FAILED,
            record,
            approver,
            false,
            "approval without the number");
        throw new WireException(
            ErrorKind.ACCESS_DENIED,
            "this cluster wants the number that the remote terminal shows;"
                + " use jtsh headless approve, or the page");
      }
      return;
    }
    if (number != record.number().value()) {
      wrongNumber(record, approver);
      throw new WireException(
          ErrorKind.ACCESS_DENIED,
          "that is not the number on the remote terminal: the request is denied");
    }
  }

  private void wrongNumber(HeadlessRecord record, InetSocketAddress approver) {
    store.denyForGood(HeadlessStore.key(record));
    String error = "the number was not that of the remote terminal";
    emit(AuditEvent.Type.HEADLESS_WRONG_NUMBER, record, approver, false, error);
    emit(AuditEvent.Type.HEADLESS_REJECTED, record, approver, false, error);
    if (suspensions.wrongNumber(record.facts().user())) {
      emit(AuditEvent.Type.HEADLESS_SUSPENDED, record, approver, false, error);
    }
  }

  /**
   * Takes a decision.
   *
   * @param session the approver's session, which must be the one that asked for the challenge
   * @return the code that the approver types on the remote terminal; empty when none is asked for
   * @throws WireException with the texts of teleport-wire §3.4 step 5
   */
  String decide(String user, String session, InetSocketAddress approver, Decision decision) {
    Stored<HeadlessRecord> stored =
        store
            .get(HeadlessStore.key(user, decision.id()))
            .orElseThrow(() ->
                new WireException(
                    ErrorKind.NOT_FOUND, "headless authentication request is not found"));
    HeadlessRecord record = stored.value();
    if (record.state() != HeadlessRecord.State.PENDING) {
      throw new WireException(
          ErrorKind.ACCESS_DENIED,
          "cannot update a headless authentication state from a non-pending state");
    }
    if (!decision.approve()) {
      if (!store.reject(stored)) {
        throw lost(record, approver);
      }
      emit(AuditEvent.Type.HEADLESS_REJECTED, record, approver, false, "");
      if (decision.report()) {
        report(record, approver);
      }
      return "";
    }
    checkNumber(record, decision.number(), approver);
    checkShowsCode(record, decision, approver);
    boolean full = checkStrength(record, decision, approver);
    MfaDevice device = verify(user, session, approver, record, decision);
    var approval =
        new HeadlessRecord.Approval(
            device.id(), device.name(), clock.instant(), Addresses.ipAndPort(approver), full);
    ReverseCode code = record.code() == null ? null : record.code().made(random);
    if (store.approve(stored, approval, code).isEmpty()) {
      throw lost(record, approver);
    }
    emit(AuditEvent.Type.HEADLESS_APPROVED, record, approver, true, "");
    if (code != null) {
      return code.shown(); // Whose terminal it is, is known when it was typed there.
    }
    store.rememberSource(user, SourceNetwork.of(record.facts()));
    return "";
  }

  /** Else the request would wait for a code that nobody has seen. */
  private void checkShowsCode(
      HeadlessRecord record, Decision decision, InetSocketAddress approver) {
    if (record.code() != null && !decision.showsCode()) {
      emit(
          AuditEvent.Type.HEADLESS_APPROVAL_FAILED,
          record,
          approver,
          false,
          "the approver's side cannot show the code");
      throw new WireException(
          ErrorKind.ACCESS_DENIED,
          "this cluster gives a code with the approval (reverse_code), which this client does not"
              + " show; use jtsh headless approve, or the page");
    }
  }

  private void report(HeadlessRecord record, InetSocketAddress approver) {
    SourceNetwork source = SourceNetwork.of(record.facts());
    boolean suspends = suspensions.report(record.facts().user(), source);
    emit(
        AuditEvent.Type.HEADLESS_REPORTED,
        record,
        approver,
        false,
        suspends
            ? "not asked for by its user; the source is suspended for this user for a day"
            : "not asked for by its user; too many reports today to suspend the source");
  }

  /** Whether the login is a full one; throws when policy or digest say no (rules 2 and 3). */
  private boolean checkStrength(
      HeadlessRecord record, Decision decision, InetSocketAddress approver) {
    if (decision.factsDigest().isEmpty()) {
      if (settings.headlessApproval() == AuthSettings.HeadlessApproval.STRICT) {
        emit(
            AuditEvent.Type.HEADLESS_APPROVAL_FAILED,
            record,
            approver,
            false,
            "approval without facts digest");
        throw new WireException(
            ErrorKind.ACCESS_DENIED,
            "this cluster wants approvals that name what they grant; use jtsh headless approve");
      }
      return record.standard();
    }
    if (!FactsDigest.same(decision.factsDigest(), record.digest())) {
      emit(
          AuditEvent.Type.HEADLESS_APPROVAL_FAILED,
          record,
          approver,
          false,
          "approval names other facts");
      throw new WireException(
          ErrorKind.ACCESS_DENIED, "the request is not what was shown; look at it again");
    }
    return record.standard();
  }

  private MfaDevice verify(
      String user,
      String session,
      InetSocketAddress approver,
      HeadlessRecord record,
      Decision decision) {
    WebauthnAssertionJson answer =
        decision
            .answer()
            .orElseThrow(() ->
                new WireException(ErrorKind.BAD_PARAMETER, "expected MFA auth challenge response"));
    var expected =
        new Challenges.Purpose(
            user, session, Challenges.Scope.HEADLESS_LOGIN, decision.id(), record.digest());
    Optional<MfaDevice> device = webauthn.verify(answer, expected);
    if (device.isEmpty()) {
      emit(
          AuditEvent.Type.HEADLESS_APPROVAL_FAILED,
          record,
          approver,
          false,
          "MFA response validation failed");
      throw new WireException(ErrorKind.ACCESS_DENIED, "MFA response validation failed");
    }
    Instant from = device.get().approvesFrom();
    if (from != null && clock.instant().isBefore(from)) {
      String error = "this key is new: it may approve from " + from.truncatedTo(ChronoUnit.SECONDS);
      emit(AuditEvent.Type.HEADLESS_APPROVAL_FAILED, record, approver, false, error);
      throw new WireException(ErrorKind.ACCESS_DENIED, error);
    }
    return device.get();
  }

  private WireException lost(HeadlessRecord record, InetSocketAddress approver) {
    emit(
        AuditEvent.Type.HEADLESS_APPROVAL_FAILED,
        record,
        approver,
        false,
        "the request changed meanwhile");
    return new WireException(
        ErrorKind.COMPARE_FAILED, "the request was decided or denied meanwhile");
  }

  private void emit(
      AuditEvent.Type type,
      HeadlessRecord record,
      InetSocketAddress approver,
      boolean success,
      String error) {
    String message =
        "Headless login was requested from the address " + record.facts().clientAddress();
    audit.emit(
        AuditEvent.of(type)
            .with("user", record.facts().user())
            .with("method", "headless")
            .with("success", success)
            .with("error", error)
            .with(
                "message",
                record.standard() ? message + "; standard Teleport request: full login" : message)
            .with("addr.remote", Addresses.ipAndPort(approver))
            .with("headless_id", record.facts().id())
            .with("kubernetes_clusters", record.facts().kubeClusters())
            .build());
  }
}
