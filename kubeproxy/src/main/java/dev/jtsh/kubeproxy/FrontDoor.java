// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static java.util.Objects.requireNonNull;

import dev.jtsh.kubeproxy.DoorReport.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Where connections come in: who is let through to the TLS handshake, how many, and how fast. Used
 * by all event loops.
 */
final class FrontDoor implements AutoCloseable {
  private final Channel listener;
  private final int maxConnections;
  private final DoorPolicy policy;
  private final OwnerCheck owners;
  private final HandshakePace pace;
  private final long start = System.nanoTime();

  /** When the next connection may be taken, in nanoseconds since {@link #start}. */
  private final AtomicLong closedUntil = new AtomicLong();

  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger unproven = new AtomicInteger();
  private final Set<Channel> unprovenChannels = ConcurrentHashMap.newKeySet();
  private final Map<Refusal, LongAdder> refused = new EnumMap<>(Refusal.class);

  FrontDoor(Channel listener, int maxConnections, DoorPolicy policy, OwnerCheck owners) {
    this.listener = listener;
    this.maxConnections = maxConnections;
    this.policy = policy;
    this.owners = owners;
    this.pace = new HandshakePace(policy.handshakesPerSecond(), System.nanoTime());
    for (Refusal refusal : Refusal.values()) {
      refused.put(refusal, new LongAdder());
    }
  }

  /**
   * Lets a new connection in, or closes it before a byte of it was read.
   *
   * @return whether it may go on
   */
  boolean admit(Channel channel) {
    // Whose it is comes first: strangers take no place and no part of the pace.
    Optional<Refusal> stranger = owners.refusal(address(channel, true), address(channel, false));
    if (stranger.isPresent()) {
      // A reset: no half-closed socket stays behind for somebody who has no business here.
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      refuse(channel, stranger.get());
      return false;
    }
    if (open.incrementAndGet() > maxConnections) {
      open.decrementAndGet();
      refuse(channel, Refusal.TOO_MANY);
      return false;
    }
    if (unproven.incrementAndGet() > policy.maxHandshakes()) {
      unproven.decrementAndGet();
      open.decrementAndGet();
      refuse(channel, Refusal.TOO_MANY_HANDSHAKES);
      return false;
    }
    unprovenChannels.add(channel);
    channel
        .closeFuture()
        .addListener(closed -> {
          proven(channel);
          open.decrementAndGet();
        });
    keepPace();
    return true;
  }

  /** The connection has shown its certificate. */
  void proven(Channel channel) {
    if (unprovenChannels.remove(channel)) {
      unproven.decrementAndGet();
    }
  }

  DoorReport report() {
    Map<Refusal, Long> counts = new EnumMap<>(Refusal.class);
    refused.forEach((refusal, count) -> {
      if (count.sum() > 0) {
        counts.put(refusal, count.sum());
      }
    });
    return new DoorReport(owners.works(), open.get(), unproven.get(), counts);
  }

  /** Who comes too fast waits in the kernel's queue: a slow start is better than a failed one. */
  private void keepPace() {
    long now = System.nanoTime();
    long nanos = pace.take(now);
    if (nanos > 0) {
      closedUntil.accumulateAndGet(now - start + nanos, Math::max);
      listener.config().setAutoRead(false);
      listener.eventLoop().schedule(this::openAgain, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** The last of several waits opens. */
  private void openAgain() {
    if (System.nanoTime() - start >= closedUntil.get()) {
      listener.config().setAutoRead(true);
    }
  }

  private void refuse(Channel channel, Refusal refusal) {
    counter(refusal).increment();
    channel.close();
  }

  private LongAdder counter(Refusal refusal) {
    return requireNonNull(refused.get(refusal));
  }

  private static @Nullable InetSocketAddress address(Channel channel, boolean remote) {
    return remote
        ? (InetSocketAddress) channel.remoteAddress()
        : (InetSocketAddress) channel.localAddress();
  }

  @Override
  public void close() {
    owners.close();
  }
}
