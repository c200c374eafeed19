// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.kubeproxy.IdentityUnavailableException;
import dev.jtsh.kubeproxy.RequestDesk;
import dev.jtsh.launcher.doctor.SessionSelf;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the session says to each request, and what it tells about itself to {@code jtsh status},
 * {@code jtsh renew} and {@code jtsh doctor}: they come in by the same port as kubectl, with the
 * same certificate, so nothing more has to be opened for them.
 */
final class SessionDesk implements RequestDesk {
  static final String STATUS_PATH = OWN_PATHS + "v1/status";
  static final String RENEW_PATH = OWN_PATHS + "v1/renew";
  static final String SELF_PATH = OWN_PATHS + "v1/self";

  /** kubectl begins to warn this long before the end. */
  private static final Duration WARN = Duration.ofMinutes(10);

  private final String id;
  private final LocalGuard guard;
  private final InstantSource clock;
  private final Confirmations confirmations;
  private final LongAdder served = new LongAdder();
  private final LongAdder failed = new LongAdder();

  /** What is not reached, since when and why. */
  private final Map<String, LiveStatus.Failure> cut = new ConcurrentHashMap<>();

  private volatile @Nullable LastError lastError;
  private volatile @Nullable KubeAccess session;
  private volatile @Nullable Supplier<SessionSelf> self;

  private record LastError(Instant at, String kubeCluster, SafeText message) {}

  SessionDesk(String id, LocalGuard guard, Confirmations confirmations, InstantSource clock) {
    this.id = id;
    this.guard = guard;
    this.confirmations = confirmations;
    this.clock = clock;
  }

  /**
   * Names the session it speaks for, before anybody asks.
   *
   * @param look looks at the process; may read files
   */
  void of(KubeAccess live, Supplier<SessionSelf> look) {
    self = look;
    session = live;
  }

  @Override
  public Optional<KubeStatus> refuse(String kubeCluster, String method, String path) {
    return guard.refuse(method, path);
  }

  @Override
  public Optional<CompletionStage<Optional<KubeStatus>>> confirm(
      String kubeCluster, String method, String path) {
    return guard.question(kubeCluster, method, path).map(confirmations::ask);
  }

  @Override
  public CompletionStage<byte[]> own(String method, String path) {
    KubeAccess live = session;
    Supplier<SessionSelf> look = self;
    if (live == null || look == null) {
      return unknown();
    }
    return switch (method + " " + path) {
      case "GET " + STATUS_PATH -> CompletableFuture.completedFuture(status(live));
      case "GET " + SELF_PATH ->
          CompletableFuture.supplyAsync(
              () -> WireJson.write(look.get()), task -> Thread.ofVirtual().start(task));
      case "POST " + RENEW_PATH -> {
        live.renew();
        yield CompletableFuture.completedFuture(status(live));
      }
      default -> unknown();
    };
  }

  private static CompletionStage<byte[]> unknown() {
    return CompletableFuture.failedFuture(
        new IdentityUnavailableException(404, SafeText.literal("jtsh: there is nothing here")));
  }

  private byte[] status(KubeAccess live) {
    return WireJson.write(
        LiveStatus.of(
            id, live, served.sum(), failed.sum(), List.copyOf(cut.values()), lastError()));
  }

  private LiveStatus.@Nullable Failure lastError() {
    LastError last = lastError;
    return last == null
        ? null
        : new LiveStatus.Failure(last.at.toString(), last.kubeCluster, last.message.toString());
  }

  @Override
  public Optional<SafeText> warning(String kubeCluster) {
    KubeAccess live = session;
    if (live == null) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Instant end = live.end();
    if (now.isBefore(end.minus(WARN)) || !now.isBefore(end)) {
      return Optional.empty();
    }
    long minutes = Math.max(1, Duration.between(now, end).toMinutes());
    return Optional.of(
        SafeText.format(
            "jtsh: access ends in {} min; `jtsh renew` goes on",
            SafeText.of(Long.toString(minutes))));
  }

  @Override
  public void served(String kubeCluster) {
    served.increment();
    if (!cut.isEmpty()) {
      cut.remove(kubeCluster);
    }
  }

  @Override
  public void cut(String kubeCluster, SafeText cause) {
    cut.computeIfAbsent(
        kubeCluster,
        name -> new LiveStatus.Failure(clock.instant().toString(), name, cause.toString()));
  }

  @Override
  public void reached(String kubeCluster) {
    cut.remove(kubeCluster);
  }

  @Override
  public void failed(String kubeCluster, SafeText message) {
    failed.increment();
    lastError = new LastError(clock.instant(), kubeCluster, message);
  }
}
