// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.net.ServiceNames;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to the cluster for one kube cluster. A new identity starts a
 * new generation: its predecessor's idle connections are closed, busy ones end with their requests.
 */
final class UpstreamPool {
  private final ProxyLoop loop;
  private final String kubeCluster;
  private @Nullable Generation current;

  UpstreamPool(ProxyLoop loop, String kubeCluster) {
    this.loop = loop;
    this.kubeCluster = kubeCluster;
  }

  /** Finds a stream for the exchange, now or later. */
  void acquire(Exchange exchange, TlsIdentity identity) {
    Generation generation = current;
    if (generation == null || !generation.identity.equals(identity)) {
      if (generation != null) {
        generation.retire();
      }
      generation = new Generation(loop, kubeCluster, identity);
      current = generation;
    }
    generation.acquire(exchange);
  }

  void suspect() {
    if (current != null) {
      current.suspect();
    }
  }

  void closeIdle(long nowNanos, long idleNanos) {
    if (current != null) {
      current.closeIdle(nowNanos, idleNanos);
    }
  }

  /** All connections that present the same certificate. */
  static final class Generation {
    /** HTTP/2 connections at once; each takes as many requests as the peer allows. */
    private static final int MAX_HTTP2 = 64;

    private final ProxyLoop loop;
    private final String kubeCluster;
    private final TlsIdentity identity;
    private final Instant notAfter;
    private final SslContext anyProtocol;
    private final ArrayDeque<Http1Upstream> idle = new ArrayDeque<>();
    private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
    private final ArrayList<Http2Upstream> http2 = new ArrayList<>();
    private @Nullable SslContext http1Only;

    /** What the peer chose last: HTTP/1.1 needs a connection for each request under way. */
    private boolean speaksHttp1;

    private final Outage outage = new Outage(ThreadLocalRandom.current());
    private boolean pausing;

    private int http1Open;
    private int dialing;
    private boolean retired;

    Generation(ProxyLoop loop, String kubeCluster, TlsIdentity identity) {
      this.loop = loop;
      this.kubeCluster = kubeCluster;
      this.identity = identity;
      this.notAfter = identity.leaf().getNotAfter().toInstant();
      this.anyProtocol =
          TlsContexts.client(
              identity,
              loop.dialer().target().anchors(),
              List.of(ServiceNames.H2, ServiceNames.HTTP_1_1));
    }

    ProxyLoop loop() {
      return loop;
    }

    void acquire(Exchange exchange) {
      if (!loop.now().isBefore(notAfter)) {
        // The peer would go on serving open connections (teleport-wire-proven A14): we do not.
        loop.identities().refused(kubeCluster, identity);
        closeIdle(0, Long.MIN_VALUE);
        exchange.fail(Failures.certificateEnded(kubeCluster));
        return;
      }
      if (exchange.request().upgrade() != null) {
        dialForUpgrade(exchange);
        return;
      }
      if (serve(exchange)) {
        return;
      }
      if (waiting.size() >= loop.config().maxWaiting()) {
        exchange.fail(Failures.tooManyWaiting());
      } else {
        waiting.add(exchange);
        exchange.waitForRoom();
        dialMore();
      }
    }

    /** Opens a stream at once, if there is room for one. */
    private boolean serve(Exchange exchange) {
      for (int i = 0; i < http2.size(); i++) {
        if (http2.get(i).hasRoom()) {
          http2.get(i).open(exchange);
          return true;
        }
      }
      Http1Upstream connection = takeIdle();
      if (connection != null) {
        connection.open(exchange);
        return true;
      }
      return false;
    }

    private @Nullable Http1Upstream takeIdle() {
      for (Http1Upstream one = idle.pollLast(); one != null; one = idle.pollLast()) {
        if (one.isUsable()) {
          return one;
        }
        one.channel().close();
      }
      return null;
    }

    private @Nullable Exchange nextWaiting() {
      for (Exchange one = waiting.poll(); one != null; one = waiting.poll()) {
        if (!one.isDone()) {
          return one;
        }
      }
      return null;
    }

    private void dialMore() {
      if (pausing) {
        return; // The next try is under way.
      }
      int wanted = speaksHttp1 ? waiting.size() : Math.min(1, waiting.size());
      int limit = speaksHttp1 ? loop.config().maxUpstreamConnections() : MAX_HTTP2;
      int open = speaksHttp1 ? http1Open : http2.size();
      for (int i = dialing; i < wanted && open + i < limit; i++) {
        dialing++;
        connect(anyProtocol, this::connected, this::dialFailed);
      }
    }

    private void connected(Channel channel, String protocol) {
      String authority = loop.dialer().target().authority();
      if (protocol.equals(ServiceNames.H2)) {
        speaksHttp1 = false;
        // Counts as being dialled until it is ready.
        Http2Upstream.install(this, channel, authority).limitSilence();
        return;
      }
      speaksHttp1 = true;
      dialing--;
      reached();
      http1Open++;
      offer(Http1Upstream.install(this, channel, authority, true));
      dialMore();
    }

    /** The peer has said how many requests it takes. */
    void ready(Http2Upstream connection) {
      dialing--;
      reached();
      if (retired && waiting.isEmpty()) {
        connection.leave();
        return;
      }
      http2.add(connection);
      serveWaiting();
    }

    private void serveWaiting() {
      Exchange next = nextWaiting();
      while (next != null) {
        if (!serve(next)) {
          waiting.addFirst(next);
          dialMore();
          return;
        }
        next = nextWaiting();
      }
    }

    /** A stream has ended: somebody who waits may have its place. */
    void roomAgain() {
      if (!waiting.isEmpty()) {
        loop.eventLoop().execute(this::serveWaiting);
      }
    }

    void closed(Http2Upstream connection, boolean wasReady, Throwable cause) {
      if (wasReady) {
        http2.remove(connection);
        serveWaiting();
      } else {
        dialFailed(cause);
      }
    }

    private void dialFailed(Throwable cause) {
      dialing--;
      reportIfRefused(cause);
      if (Failures.isUnreachable(cause) && outage.failed(System.nanoTime())) {
        tryAgainSoon(cause);
        return;
      }
      Exchange one = nextWaiting();
      while (one != null) {
        one.unreachable(cause);
        // Over HTTP/1.1 each waits for a connection of its own.
        one = speaksHttp1 ? null : nextWaiting();
      }
    }

    private void tryAgainSoon(Throwable cause) {
      loop.desk()
          .cut(
              kubeCluster,
              Failures.ofUpstream(loop.dialer().target(), kubeCluster, cause).message());
      if (!pausing) {
        pausing = true;
        loop.eventLoop()
            .schedule(
                () -> {
                  pausing = false;
                  dialMore();
                },
                outage.nextPauseMillis(),
                TimeUnit.MILLISECONDS);
      }
    }

    private void reached() {
      if (outage.over()) {
        loop.desk().reached(kubeCluster);
      }
    }

    private void offer(Http1Upstream connection) {
      Exchange next = nextWaiting();
      if (next != null) {
        connection.open(next);
      } else if (retired) {
        connection.channel().close();
      } else {
        idle.addLast(connection);
      }
    }

    /** A connection has served a request and could serve another. */
    void recycle(Http1Upstream connection) {
      offer(connection);
    }

    void closed(Http1Upstream connection) {
      if (connection.isPooled()) {
        http1Open--;
        idle.remove(connection);
        dialMore();
      }
    }

    /** Tells the owner of the identity when the peer said that it has run out. */
    void reportIfRefused(Throwable cause) {
      if (Failures.isExpiredAlert(cause)) {
        loop.identities().refused(kubeCluster, identity);
      }
    }

    void retire() {
      retired = true;
      List.copyOf(http2).forEach(Http2Upstream::leave);
      closeIdle(0, Long.MIN_VALUE);
    }

    /** The machine may have slept: asks every shared connection whether its peer is there. */
    void suspect() {
      List.copyOf(http2).forEach(Http2Upstream::suspect);
    }

    void closeIdle(long nowNanos, long idleNanos) {
      if (idleNanos != Long.MIN_VALUE) {
        List.copyOf(http2).forEach(connection -> connection.tend(nowNanos, idleNanos));
      }
      for (Http1Upstream one : List.copyOf(idle)) {
        if (nowNanos - one.idleSinceNanos > idleNanos || idleNanos == Long.MIN_VALUE) {
          idle.remove(one);
          one.channel().close();
        }
      }
    }

    private void dialForUpgrade(Exchange exchange) {
      SslContext context = http1Only;
      if (context == null) {
        context =
            TlsContexts.client(
                identity, loop.dialer().target().anchors(), List.of(ServiceNames.HTTP_1_1));
        http1Only = context;
      }
      connect(
          context,
          (channel, protocol) -> {
            if (exchange.isDone()) {
              channel.close();
            } else {
              String authority = loop.dialer().target().authority();
              Http1Upstream.install(this, channel, authority, false).open(exchange);
            }
          },
          cause -> {
            reportIfRefused(cause);
            exchange.unreachable(cause);
          });
    }

    private void connect(
        SslContext context, BiConsumer<Channel, String> connected, Consumer<Throwable> failed) {
      UpstreamTarget target = loop.dialer().target();
      Future<? extends Channel> dialled = loop.dialer().dial(loop.eventLoop());
      dialled.addListener(done ->
          loop.eventLoop()
              .execute(() -> {
                if (done.isSuccess()) {
                  secure((Channel) done.getNow(), context, target, connected, failed);
                } else {
                  failed.accept(done.cause());
                }
              }));
    }

    private void secure(
        Channel channel,
        SslContext context,
        UpstreamTarget target,
        BiConsumer<Channel, String> connected,
        Consumer<Throwable> failed) {
      loop.dialled(channel);
      SslHandler tls =
          TlsContexts.clientHandler(
              context, channel.alloc(), target.verifiedName(), target.port(), target.serverName());
      tls.setHandshakeTimeoutMillis(loop.config().handshakeTimeout().toMillis());
      channel.pipeline().addLast(tls, new HandshakeWatch(tls, connected, failed));
      channel.config().setAutoRead(true);
      channel.read();
    }
  }
}
