// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.jtsh.client.ClientException;
import dev.jtsh.headless.ActiveSession;
import dev.jtsh.headless.Announcement;
import dev.jtsh.headless.NoCertificateException;
import dev.jtsh.kubeproxy.IdentityUnavailableException;
import dev.jtsh.kubeproxy.RequestDesk;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A session over its renewals: which certificates serve now, and who waits for the next. At the end
 * of one approval all new requests wait for one new approval; when it is refused they fail until
 * the person asks with {@code jtsh renew}. Thread-safe; nothing here blocks but {@link #close}.
 */
final class LiveSession implements KubeAccess {
  private static final int GATEWAY_TIMEOUT = 504;
  private static final int FORBIDDEN = 403;

  /** As long as a request for an approval lives. */
  private static final Duration QUIET_WAIT = Duration.ofMinutes(3);

  /** What happens when the approval has ended. */
  enum AtEnd {
    /** A request is made and printed as soon as somebody needs it. */
    ASK,
    /** Only {@code jtsh renew} makes a request. */
    ASK_QUIETLY,
    /** The session is over. */
    EXIT
  }

  /** A request for a renewal that waits. */
  record Asked(Announcement announcement, boolean byPerson, int number) {}

  private final Renewals renewals;
  private final AtEnd atEnd;
  private final ApprovalRequests.Voice voice;
  private final InstantSource clock;
  private final RequestDesk desk;
  private final AtomicInteger waiting = new AtomicInteger();

  private volatile ActiveSession current;
  private volatile Instant end;
  private volatile ConcurrentHashMap<String, Held> held = new ConcurrentHashMap<>();

  /** Its connections may still be under way; its key lives until the next is replaced. */
  @GuardedBy("this")
  private @Nullable ActiveSession retired;

  /** Completes with the next session; null while nobody waits for one. */
  @GuardedBy("this")
  private @Nullable CompletableFuture<ActiveSession> next;

  @GuardedBy("this")
  private boolean asking;

  @GuardedBy("this")
  private boolean closed;

  /** Why the last renewal came to nothing; null after a good one. */
  private volatile @Nullable SafeText refused;

  private volatile @Nullable Asked asked;

  /** A certificate and its end, kept so that a request costs one look. */
  private record Held(CompletableFuture<TlsIdentity> identity, Instant notAfter) {}

  LiveSession(
      ActiveSession first,
      Renewals renewals,
      AtEnd atEnd,
      ApprovalRequests.Voice voice,
      RequestDesk desk,
      InstantSource clock) {
    this.current = first;
    this.end = first.notAfter();
    this.renewals = renewals;
    this.atEnd = atEnd;
    this.voice = voice;
    this.desk = desk;
    this.clock = clock;
  }

  @Override
  public KubeFacts facts() {
    return KubeFacts.of(current).until(end);
  }

  @Override
  public List<KubeClusterName> pending() {
    return current.pending();
  }

  @Override
  public Instant end() {
    return end;
  }

  @Override
  public int waiting() {
    return waiting.get();
  }

  @Override
  public Optional<Asked> asked() {
    return Optional.ofNullable(asked);
  }

  @Override
  public Optional<SafeText> refused() {
    return Optional.ofNullable(refused);
  }

  @Override
  public RequestDesk desk() {
    return desk;
  }

  @Override
  public CompletionStage<TlsIdentity> identityFor(String kubeCluster) {
    Held known = held.get(kubeCluster);
    if (known != null && clock.instant().isBefore(known.notAfter)) {
      return known.identity;
    }
    KubeClusterName name = new KubeClusterName(kubeCluster);
    ActiveSession session = current;
    CompletableFuture<TlsIdentity> identity = session.identityFor(name).toCompletableFuture();
    if (!identity.isDone()) {
      return identity.exceptionallyCompose(LiveSession::unavailable);
    }
    if (identity.isCompletedExceptionally()) {
      return unavailable(identity.exceptionNow());
    }
    Instant notAfter = identity.resultNow().leaf().getNotAfter().toInstant();
    if (clock.instant().isBefore(notAfter)) {
      held.put(kubeCluster, new Held(identity, notAfter));
      return identity;
    }
    return afterRenewal(name);
  }

  private CompletionStage<TlsIdentity> afterRenewal(KubeClusterName name) {
    SafeText why = refused;
    if (atEnd == AtEnd.EXIT || why != null) {
      return CompletableFuture.failedFuture(ended(why));
    }
    CompletableFuture<ActiveSession> following;
    synchronized (this) {
      following = next();
      if (atEnd == AtEnd.ASK) {
        startAsking(following, false);
      } else if (waiting.get() == 0 && !asking) {
        voice.say(SafeText.literal("Approval needed: run `jtsh renew`"));
      }
    }
    waiting.incrementAndGet();
    return following
        .whenComplete((session, failure) -> waiting.decrementAndGet())
        .thenCompose(session ->
            session.kubeClusters().contains(name)
                ? session.identityFor(name).exceptionallyCompose(LiveSession::unavailable)
                : CompletableFuture.failedFuture(
                    new IdentityUnavailableException(
                        FORBIDDEN,
                        SafeText.format(
                            "jtsh: the renewed session does not hold kube cluster \"{}\"",
                            SafeText.of(name.value())))));
  }

  /** Makes a request for a renewal now, if none waits. */
  @Override
  public synchronized void renew() {
    refused = null;
    Asked waiting = asked;
    if (waiting != null) {
      asked = new Asked(waiting.announcement(), true, waiting.number());
    }
    startAsking(next(), true);
  }

  @GuardedBy("this")
  private CompletableFuture<ActiveSession> next() {
    CompletableFuture<ActiveSession> following = next;
    if (following == null) {
      CompletableFuture<ActiveSession> made = new CompletableFuture<>();
      next = made;
      following = made;
      if (atEnd == AtEnd.ASK_QUIETLY) {
        CompletableFuture.delayedExecutor(QUIET_WAIT.toMillis(), TimeUnit.MILLISECONDS)
            .execute(() -> endUnasked(made));
      }
    }
    return following;
  }

  /** Nobody typed the command: who waits is told, and who comes later does not wait. */
  @SuppressWarnings("ReferenceEquality") // This very future, for futures are never equal.
  private void endUnasked(CompletableFuture<ActiveSession> following) {
    synchronized (this) {
      if (asking || next != following) {
        return;
      }
    }
    end(following, null, SafeText.literal("nobody ran the command in time"));
  }

  @GuardedBy("this")
  private void startAsking(CompletableFuture<ActiveSession> following, boolean byPerson) {
    if (!asking && !closed) {
      asking = true;
      Thread.ofVirtual().name("renewal").start(() -> ask(following, byPerson));
    }
  }

  private void ask(CompletableFuture<ActiveSession> following, boolean byPerson) {
    ApprovalRequests.Voice told =
        new ApprovalRequests.Voice() {
          @Override
          public void announce(Announcement announcement) {
            asked = new Asked(announcement, byPerson, 0);
            if (!byPerson) {
              voice.announce(announcement); // Who typed the command reads it there.
            }
          }

          @Override
          public void number(int number) {
            Asked waiting = asked;
            if (waiting != null) {
              asked = new Asked(waiting.announcement(), waiting.byPerson(), number);
              if (!byPerson) {
                voice.number(number);
              }
            }
          }

          @Override
          public void say(SafeText line) {
            voice.say(line);
          }
        };
    SafeText why;
    try {
      switch (renewals.renew(current, told)) {
        case ApprovalRequests.Result.Opened(String id, ActiveSession session) -> {
          why = adopt(session);
          if (why == null) {
            end(following, session, null);
            return;
          }
          session.close();
        }
        case ApprovalRequests.Result.Refused(ExitCode code, SafeText message, SafeText hint) ->
            why = message;
      }
    } catch (ClientException e) {
      why = e.safeMessage();
    } catch (RuntimeException e) {
      why = SafeText.of(String.valueOf(e.getMessage()));
    }
    end(following, null, why);
  }

  /** Puts a new session in the place of the old; null when it is the same user's (rule 31). */
  private synchronized @Nullable SafeText adopt(ActiveSession session) {
    ActiveSession old = current;
    if (closed
        || !session.user().equals(old.user())
        || !session.teleportCluster().equals(old.teleportCluster())) {
      return SafeText.literal("the approval is not for the user of this session");
    }
    if (retired != null) {
      retired.close();
    }
    retired = old;
    current = session;
    end = session.notAfter();
    held = new ConcurrentHashMap<>();
    return null;
  }

  private void end(
      CompletableFuture<ActiveSession> following,
      @Nullable ActiveSession session,
      @Nullable SafeText why) {
    synchronized (this) {
      asking = false;
      next = null;
      asked = null;
      refused = why;
    }
    if (session != null) {
      following.complete(session);
      voice.say(
          SafeText.format(
              "Renewed. {}", new SessionEnd(clock.instant(), session.notAfter()).ends()));
    } else {
      voice.say(SafeText.format("Not renewed: {}", why == null ? SafeText.empty() : why));
      following.completeExceptionally(ended(why));
    }
  }

  private IdentityUnavailableException ended(@Nullable SafeText why) {
    if (atEnd == AtEnd.EXIT) {
      return new IdentityUnavailableException(
          GATEWAY_TIMEOUT,
          SafeText.literal("jtsh: this session has ended; start a new one with the same command"));
    }
    return new IdentityUnavailableException(
        GATEWAY_TIMEOUT,
        why == null
            ? SafeText.literal("jtsh: access has ended: run `jtsh renew`")
            : SafeText.format(
                "jtsh: access has ended and was not renewed ({}): run `jtsh renew`", why));
  }

  /** What kubectl shows for a cluster that gave no certificate. */
  private static CompletableFuture<TlsIdentity> unavailable(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof NoCertificateException known) {
      return CompletableFuture.failedFuture(
          new IdentityUnavailableException(
              httpStatus(known.outcome().kind()),
              SafeText.format("jtsh: {}", known.outcome().message())));
    }
    return CompletableFuture.failedFuture(cause == null ? failure : cause);
  }

  private static int httpStatus(ErrorKind kind) {
    return switch (kind) {
      case ACCESS_DENIED -> FORBIDDEN;
      case NOT_FOUND, BAD_PARAMETER -> 404;
      default -> 503;
    };
  }

  @Override
  public void close() {
    CompletableFuture<ActiveSession> following;
    synchronized (this) {
      closed = true;
      following = next;
      if (retired != null) {
        retired.close();
      }
      current.close();
    }
    if (following != null) {
      following.completeExceptionally(ended(null));
    }
  }
}
