// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.WebClient;
import dev.jtsh.pki.HeadlessId;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.GrantJson;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One headless session of the requesting side. It goes through its states once: a key and its id
 * are made ({@link State#REQUEST}) and shown to the user; {@link #await} asks the cluster and waits
 * for the decision; {@link #activate} trades the one-minute login for Kubernetes certificates.
 * Nothing of it touches a disk.
 *
 * <p>Used by one thread at a time; {@link #close} may come from any.
 */
public final class HeadlessSession implements AutoCloseable {
  /** A connection that held this long was no quick failure: pauses start small again. */
  private static final Duration STABLE = Duration.ofSeconds(5);

  /**
   * A denial this quick may be a person's, but is more often the cluster's own: a user it does not
   * know, or too many requests. The cluster's words are the same for all.
   */
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  private final WebClient web;
  private final Discovery discovery;
  private final HeadlessRequest request;
  private final HeadlessTiming timing;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final HeldKey key;
  private final Announcement announcement;
  private final HeadlessFactsJson facts;
  private final NumberExchange numbers;
  private volatile State state = State.REQUEST;
  private @Nullable Approved approved;

  /** Whether the active session owns the key now. */
  private volatile boolean handedOver;

  /** Where a session stands. */
  public enum State {
    /** Key and id exist, the cluster knows nothing. */
    REQUEST,
    /** The cluster has been asked. */
    WAITING,
    /** Approved; the login certificate lives. */
    APPROVED,
    /** The Kubernetes certificates are here. */
    ACTIVE,
    /** Denied, failed or closed. */
    ENDED
  }

  private record Approved(LoginCredentials credentials, Optional<GrantJson> grant) {}

  /** Told when a request has to be sent again. */
  public interface WaitListener {
    /**
     * The connection of the wait was lost; the same request is sent again.
     *
     * @param cause what happened
     * @param pause how long until then
     */
    void sendingAgain(SafeText cause, Duration pause);

    /**
     * The number that the approver must match is known; not told where none is matched. From
     * another thread.
     */
    default void number(int number) {}

    /**
     * The approver will be given a code that the person is to type here; told only to requests that
     * {@link HeadlessRequest#takesCode}. From another thread.
     *
     * @param entry for as many tries as the cluster allows
     */
    default void codeWanted(CodeEntry entry) {}

    /** The number told before holds no longer: the request is of no use. From another thread. */
    default void numberChanged() {}
  }

  private HeadlessSession(
      WebClient web,
      Discovery discovery,
      HeadlessRequest request,
      HeadlessTiming timing,
      InstantSource clock,
      RandomGenerator random,
      Optional<ActiveSession> previous) {
    this.web = web;
    this.discovery = discovery;
    this.request = request;
    this.timing = timing;
    this.clock = clock;
    this.random = random;
    this.key = HeldKey.generate(KeyKind.P256);
    String id = HeadlessId.of(SshPublicKey.authorizedKeysLine(key.publicKey())).toString();
    this.announcement = Announcement.of(discovery.proxy(), request.user(), id);
    this.numbers = new NumberExchange(web, discovery.proxy(), random);
    HeadlessFactsJson told = request.facts().committed(numbers.commitment());
    this.facts =
        previous
            .flatMap(ActiveSession::continuation)
            .map(before -> told.continuing(before.prove(id, key.publicKey())))
            .orElse(told);
  }

  /**
   * Makes key and id of a request. Nothing is asked of the cluster yet: show {@link #announcement}
   * first.
   *
   * @param discovery of the connector {@code headless}
   * @param random for the spread of pauses and our part of the number; a SecureRandom
   * @throws ClientException when the cluster offers no headless login or no Kubernetes, or is not
   *     of the pinned host authority
   */
  public static HeadlessSession request(
      WebClient web,
      Discovery discovery,
      HeadlessRequest request,
      HeadlessTiming timing,
      InstantSource clock,
      RandomGenerator random)
      throws ClientException {
    return continuing(web, discovery, request, timing, clock, random, Optional.empty());
  }

  /**
   * The same as the continuation of a session, which signs it.
   *
   * @param previous not closed yet; empty for a new session
   */
  public static HeadlessSession continuing(
      WebClient web,
      Discovery discovery,
      HeadlessRequest request,
      HeadlessTiming timing,
      InstantSource clock,
      RandomGenerator random,
      Optional<ActiveSession> previous)
      throws ClientException {
    discovery.requireHeadless();
    discovery.requireKubernetes();
    web.requirePinnedHosts(discovery);
    return new HeadlessSession(web, discovery, request, timing, clock, random, previous);
  }

  /** How the user approves it. */
  public Announcement announcement() {
    return announcement;
  }

  /** Where it stands. */
  public State state() {
    return state;
  }

  /** Asks the cluster and blocks until the decision or the end of the three minutes. */
  public HeadlessOutcome await(WaitListener listener) {
    requireState(State.REQUEST);
    advance(State.WAITING);
    HeadlessOutcome outcome = waitForDecision(listener);
    if (outcome instanceof HeadlessOutcome.Approved(var credentials, var grant)) {
      approved = new Approved(credentials, grant);
      advance(State.APPROVED);
    } else {
      close();
    }
    return outcome;
  }

  /**
   * Fetches a certificate for each Kubernetes cluster and returns with the first. To be called at
   * once: the login lives a minute. When all have come or failed, the login is wiped; on a cluster
   * that knows continuations it lives as long as the session, to sign the next request.
   *
   * @param failed told of each cluster that fails while another does not; from any thread
   */
  public ActivationOutcome activate(Consumer<NoCertificateException> failed) {
    requireState(State.APPROVED);
    Approved login = Objects.requireNonNull(approved);
    AuthClient auth =
        AuthClient.open(
            login.credentials().authEndpoint(discovery.proxy(), discovery.version()),
            web.network());
    boolean keepsKey = login.grant().isPresent(); // It proves a continuation later.
    Runnable finished =
        () -> {
          auth.close();
          if (!keepsKey) {
            login.credentials().close();
          }
        };
    ActivationOutcome outcome =
        new KubeCertificates(auth, discovery, login.credentials(), login.grant(), clock)
            .issue(request, failed, finished);
    if (outcome instanceof ActivationOutcome.Active) {
      handedOver = keepsKey;
      advance(State.ACTIVE);
    } else {
      close();
    }
    return outcome;
  }

  /** Ends the session and wipes the login. An {@link ActiveSession} is closed on its own. */
  @Override
  public void close() {
    advance(State.ENDED);
    if (!handedOver) {
      if (approved != null) {
        approved.credentials().close();
      }
      key.close();
    }
  }

  private HeadlessOutcome waitForDecision(WaitListener listener) {
    Instant start = clock.instant();
    Duration pause = timing.resendDelay();
    while (true) {
      Instant sent = clock.instant();
      ClientException failure;
      try {
        return approved(send(timing.untilEnd().minus(Duration.between(start, sent)), listener));
      } catch (ClientException e) {
        failure = e;
      }
      Instant now = clock.instant();
      Duration elapsed = Duration.between(start, now);
      Optional<HeadlessOutcome> end = endOf(failure, elapsed);
      if (end.isPresent()) {
        return end.get();
      }
      boolean held = Duration.between(sent, now).compareTo(STABLE) >= 0;
      pause = held ? timing.resendDelay() : pause;
      Duration spread = pause.dividedBy(2).plusMillis(random.nextLong(pause.toMillis() + 1));
      if (elapsed.plus(spread).compareTo(timing.untilEnd()) >= 0) {
        return new HeadlessOutcome.TimedOut();
      }
      listener.sendingAgain(failure.safeMessage(), spread);
      if (!sleep(spread)) {
        return new HeadlessOutcome.Failed(failure);
      }
      pause = min(pause.multipliedBy(2), timing.resendDelayMax());
    }
  }

  private SshLoginResponse send(Duration limit, WaitListener listener) throws ClientException {
    if (discovery.jtshCluster()) {
      try (NumberExchange.Run _ = numbers.start(posted(), listener)) {
        return send(limit);
      }
    }
    return send(limit);
  }

  private HeadlessLoginRequest posted() {
    return WebClient.headlessRequest(
        discovery, request.user(), key.publicKey(), announcement.id(), request.duration(), facts);
  }

  private SshLoginResponse send(Duration limit) throws ClientException {
    return web.headlessLogin(
        discovery,
        request.user(),
        key.publicKey(),
        announcement.id(),
        request.duration(),
        facts,
        limit);
  }

  private HeadlessOutcome approved(SshLoginResponse response) throws ClientException {
    LoginCredentials credentials = LoginCredentials.of(response, request.user(), key);
    if (!numbers.fits(credentials)) {
      credentials.close();
      throw new ClientException.BadAnswer(
          SafeText.literal(
              "headless login: the cluster names another host authority than before the approval"),
          null);
    }
    return new HeadlessOutcome.Approved(
        credentials.limitedTo(web.network().pins(discovery.proxy())),
        Optional.ofNullable(response.jtsh()));
  }

  /** The outcome this failure means, or empty when the request is to be sent again. */
  private Optional<HeadlessOutcome> endOf(ClientException failure, Duration elapsed) {
    boolean late = elapsed.compareTo(timing.untilEnd()) >= 0;
    return switch (failure) {
      case ClientException.Refused refused when refused.kind() == ErrorKind.ACCESS_DENIED ->
          Optional.of(late ? new HeadlessOutcome.TimedOut() : denied(elapsed));
      case ClientException.TimedOut _,
          ClientException.ConnectionLost _,
          ClientException.Gateway _,
          ClientException.Unreachable _ -> {
        if (late) {
          // An older cluster ends the wait by breaking the connection.
          yield Optional.of(new HeadlessOutcome.TimedOut());
        }
        if (discovery.jtshCluster()) {
          yield Optional.empty();
        }
        yield Optional.of(
            failure instanceof ClientException.Unreachable
                ? new HeadlessOutcome.Failed(failure)
                : new HeadlessOutcome.ConnectionLost(failure));
      }
      default -> Optional.of(new HeadlessOutcome.Failed(failure));
    };
  }

  private static HeadlessOutcome denied(Duration elapsed) {
    return new HeadlessOutcome.Denied(
        elapsed.compareTo(AT_ONCE) < 0
            ? SafeText.literal(
                "if nobody denied it: check the user name; or too many requests are waiting")
            : SafeText.empty());
  }

  private static boolean sleep(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  /** A session that has ended, perhaps by another thread, stays so. */
  private synchronized void advance(State next) {
    if (state != State.ENDED) {
      state = next;
    }
  }

  private void requireState(State expected) {
    if (state != expected) {
      throw new IllegalStateException("the session is " + state + ", not " + expected);
    }
  }
}
