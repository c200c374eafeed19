// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the connections of one event loop share: its upstream pools and its flushes. A request never
 * leaves the loop its client connection lives on, so nothing here is locked.
 */
final class ProxyLoop {
  private static final int MAX_HELD_BYTES = 1024 * 1024;
  private static final long SLEEP_LOOK_NANOS = Duration.ofSeconds(5).toNanos();

  /** How far the wall clock may run ahead before it counts as sleep. */
  private static final Duration SLEPT = Duration.ofSeconds(10);

  private final EventLoop eventLoop;
  private final KubeProxyConfig config;
  private final UpstreamIdentity identities;
  private final UpstreamDialer dialer;
  private final InstantSource clock;

  private final RequestDesk desk;

  /** Requests that wait, of all loops. */
  private final AtomicInteger waiting;

  /** Bytes of bodies that came before there was an upstream, of all loops. */
  private final AtomicInteger heldBytes;

  private final PendingFlushes flushes;
  private final Map<String, UpstreamPool> pools = new HashMap<>();
  private final Set<FrontConnection> fronts = new HashSet<>();
  private final ChannelGroup dialled;
  private Instant lastLookWall;
  private long lastLookMonotonic = System.nanoTime();

  ProxyLoop(
      EventLoop eventLoop,
      KubeProxyConfig config,
      UpstreamIdentity identities,
      UpstreamDialer dialer,
      InstantSource clock,
      AtomicInteger waiting,
      AtomicInteger heldBytes) {
    this.eventLoop = eventLoop;
    this.config = config;
    this.identities = identities;
    this.dialer = dialer;
    this.clock = clock;
    this.lastLookWall = clock.instant();
    this.desk = identities.desk();
    this.waiting = waiting;
    this.heldBytes = heldBytes;
    this.flushes = new PendingFlushes(eventLoop);
    this.dialled = new DefaultChannelGroup(eventLoop);
  }

  EventLoop eventLoop() {
    return eventLoop;
  }

  KubeProxyConfig config() {
    return config;
  }

  UpstreamIdentity identities() {
    return identities;
  }

  UpstreamDialer dialer() {
    return dialer;
  }

  RequestDesk desk() {
    return desk;
  }

  Instant now() {
    return clock.instant();
  }

  UpstreamPool upstreams(String kubeCluster) {
    return pools.computeIfAbsent(kubeCluster, name -> new UpstreamPool(this, name));
  }

  /** A connection to the cluster was opened. */
  void dialled(Channel channel) {
    dialled.add(channel);
  }

  /** Breaks all connections to the cluster off. */
  Future<?> closeUpstreams() {
    return dialled.close();
  }

  /** Flushes the channel once everything that was read in this turn has been handled. */
  void flush(FlushTicket ticket) {
    flushes.add(ticket);
  }

  ByteBuf buffer(byte[] bytes) {
    return Unpooled.wrappedBuffer(bytes);
  }

  /** Takes one of the places for waiting requests. */
  boolean tryWait() {
    if (waiting.incrementAndGet() > config.maxWaiting()) {
      waiting.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Takes room for a part of a body that waits (security rule 31). */
  boolean tryHold(int bytes) {
    if (heldBytes.addAndGet(bytes) > MAX_HELD_BYTES) {
      heldBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void letGo(int bytes) {
    if (bytes != 0) {
      heldBytes.addAndGet(-bytes);
    }
  }

  void stopWaiting() {
    waiting.decrementAndGet();
  }

  void opened(FrontConnection front) {
    fronts.add(front);
  }

  void closed(FrontConnection front) {
    fronts.remove(front);
  }

  /** Begins to look for idle and dead connections now and then. */
  void startSweeping() {
    long nanos = config.quietAfter().toNanos();
    eventLoop.scheduleWithFixedDelay(this::sweep, nanos, nanos, TimeUnit.NANOSECONDS);
    long often = Math.min(nanos, SLEEP_LOOK_NANOS);
    eventLoop.scheduleWithFixedDelay(this::lookForSleep, often, often, TimeUnit.NANOSECONDS);
  }

  /**
   * While the machine sleeps, Java's monotonic clock stands still and all timers with it; the wall
   * clock jumps. Connections may have died meanwhile without a word.
   */
  private void lookForSleep() {
    Instant wall = clock.instant();
    long monotonic = System.nanoTime();
    Duration jump = Duration.between(lastLookWall, wall).minusNanos(monotonic - lastLookMonotonic);
    lastLookWall = wall;
    lastLookMonotonic = monotonic;
    if (jump.compareTo(SLEPT) > 0) {
      pools.values().forEach(UpstreamPool::suspect);
    }
  }

  private void sweep() {
    long idleNanos = config.idleTimeout().toNanos();
    long now = System.nanoTime();
    for (FrontConnection front : Set.copyOf(fronts)) {
      front.closeIfIdle(now, idleNanos);
    }
    pools.values().forEach(pool -> pool.closeIdle(now, idleNanos));
  }
}
