// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.cluster.http.AfterHandshake;
import dev.jtsh.cluster.http.Http1ClientCodec;
import dev.jtsh.cluster.http.Http2ClientStreamCodec;
import dev.jtsh.cluster.http.Http2Connections;
import dev.jtsh.cluster.http.Http2Watch;
import dev.jtsh.cluster.http.OneByOne;
import dev.jtsh.cluster.http.Ruling;
import dev.jtsh.cluster.http.UpgradeProtocol;
import dev.jtsh.cluster.net.Transport;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.protocol.net.ServiceNames;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to one API server. Ordinary requests are streams on shared HTTP/2 connections;
 * upgrades, and everything where the server has no HTTP/2, get an HTTP/1.1 connection each, which
 * is never used twice: one that lost its step could answer a user with another user's data
 * (security rule 29). Every channel has an {@link ImpersonationGuard} on its way out.
 */
final class KubernetesApi implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(KubernetesApi.class);

  /** Below the 100 that kube-apiserver allows on a connection. */
  private static final int STREAMS_MAX = 80;

  private static final int CONNECTIONS_MAX = 25;
  private static final int WAITING_MAX = 1_000;
  private static final int HEADER_BYTES_MAX = 128 * 1024;

  private record Waiting(Impersonation as, Promise<Channel> opened) {}

  /** A shared connection and its streams. */
  private record Shared(Channel connection, Http2Watch watch, AtomicInteger streams) {
    boolean hasRoom() {
      return connection.isActive() && !watch.isGoingAway() && streams.get() < STREAMS_MAX;
    }
  }

  private final Transport transport;
  private final KubernetesTarget target;
  private final SslContext shared;
  private final SslContext single;

  // Guarded by this.
  private final List<Shared> connections = new ArrayList<>();
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private int dialling;
  private boolean withoutHttp2;

  KubernetesApi(Transport transport, KubernetesTarget target) {
    this.transport = transport;
    this.target = target;
    this.shared =
        TlsContexts.client(
            target.identity(), target.anchors(), List.of(ServiceNames.H2, ServiceNames.HTTP_1_1));
    this.single =
        TlsContexts.client(target.identity(), target.anchors(), List.of(ServiceNames.HTTP_1_1));
  }

  KubernetesTarget target() {
    return target;
  }

  /** Where an ordinary request goes. */
  Ruling.Upstream ordinary(Impersonation as) {
    return upstream(() -> open(as));
  }

  /** Where a request for an upgrade goes. */
  Ruling.Upstream upgrade(Impersonation as) {
    return upstream(() -> openSingle(as));
  }

  private interface Opener {
    Future<Channel> open();
  }

  private static Ruling.Upstream upstream(Opener opener) {
    return new Ruling.Upstream() {
      @Override
      public Future<Channel> open() {
        return opener.open();
      }

      @Override
      public boolean isUpgraded(HttpResponse answer, UpgradeProtocol asked) {
        List<String> named = answer.headers().getAll(HttpHeaderNames.UPGRADE);
        return answer.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)
            && named.size() == 1
            && named.getFirst().strip().equalsIgnoreCase(asked.token());
      }

      @Override
      public void becomePipe(ChannelPipeline pipeline) {
        pipeline.remove(ImpersonationGuard.class);
        pipeline.remove(Http1ClientCodec.class);
        pipeline.remove(OneByOne.class);
      }
    };
  }

  private Future<Channel> open(Impersonation as) {
    Promise<Channel> opened = GlobalEventExecutor.INSTANCE.newPromise();
    Shared free;
    synchronized (this) {
      if (withoutHttp2) {
        return openSingle(as);
      }
      free =
          connections.stream()
              .filter(Shared::hasRoom)
              .min(Comparator.comparingInt(c -> c.streams().get()))
              .orElse(null);
      if (free == null) {
        if (waiting.size() >= WAITING_MAX) {
          return opened.setFailure(new IOException("too many requests wait for the API server"));
        }
        waiting.add(new Waiting(as, opened));
        dialIfNeeded();
        return opened;
      }
      free.streams().incrementAndGet();
    }
    stream(free, as, opened);
    return opened;
  }

  /** One connection being made serves the first {@value #STREAMS_MAX} that wait. */
  private synchronized void dialIfNeeded() {
    connections.removeIf(c -> !c.connection().isActive());
    int wanted = (waiting.size() + STREAMS_MAX - 1) / STREAMS_MAX;
    while (dialling < wanted && connections.size() + dialling < CONNECTIONS_MAX) {
      dialling++;
      dial(
          shared,
          (channel, tls) -> {
            if (ServiceNames.H2.equals(tls.applicationProtocol())) {
              Http2Watch watch = Http2Connections.dial(channel.pipeline(), HEADER_BYTES_MAX);
              connected(new Shared(channel, watch, new AtomicInteger()));
            } else {
              channel.close();
              onlyHttp1();
            }
          });
    }
  }

  private void connected(Shared connection) {
    List<Waiting> served = new ArrayList<>();
    synchronized (this) {
      dialling--;
      connections.add(connection);
      while (!waiting.isEmpty() && connection.hasRoom()) {
        connection.streams().incrementAndGet();
        served.add(waiting.remove());
      }
      dialIfNeeded();
    }
    connection
        .connection()
        .closeFuture()
        .addListener(closed -> {
          synchronized (this) {
            connections.remove(connection);
          }
        });
    served.forEach(next -> stream(connection, next.as(), next.opened()));
  }

  private void onlyHttp1() {
    List<Waiting> all;
    synchronized (this) {
      dialling--;
      withoutHttp2 = true;
      all = new ArrayList<>(waiting);
      waiting.clear();
    }
    logger.info("{} has no HTTP/2: every request gets a connection of its own", target);
    for (Waiting next : all) {
      openSingle(next.as()).addListener((Future<Channel> f) -> pass(f, next.opened()));
    }
  }

  private void failed(Throwable cause) {
    List<Waiting> all;
    synchronized (this) {
      dialling--;
      all = new ArrayList<>(waiting);
      waiting.clear();
    }
    all.forEach(next -> next.opened().setFailure(cause));
  }

  private static void pass(Future<Channel> from, Promise<Channel> to) {
    if (from.isSuccess()) {
      to.setSuccess(from.getNow());
    } else {
      to.setFailure(from.cause());
    }
  }

  private void stream(Shared on, Impersonation as, Promise<Channel> opened) {
    new Http2StreamChannelBootstrap(on.connection())
        .option(ChannelOption.AUTO_READ, false)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new ImpersonationGuard(as))
                    .addLast(new Http2ClientStreamCodec());
              }
            })
        .open()
        .addListener((Future<Http2StreamChannel> stream) -> {
          if (!stream.isSuccess()) {
            left(on);
            opened.setFailure(stream.cause());
            return;
          }
          Channel channel = stream.getNow();
          channel.closeFuture().addListener(closed -> left(on));
          opened.setSuccess(channel);
        });
  }

  /** A stream has ended: somebody may wait for its place. */
  private void left(Shared on) {
    on.streams().decrementAndGet();
    Waiting next;
    synchronized (this) {
      if (!on.hasRoom() || waiting.isEmpty()) {
        return;
      }
      next = waiting.remove();
      on.streams().incrementAndGet();
    }
    stream(on, next.as(), next.opened());
  }

  private Future<Channel> openSingle(Impersonation as) {
    Promise<Channel> opened = GlobalEventExecutor.INSTANCE.newPromise();
    dial(
        single,
        (channel, tls) -> {
          channel
              .pipeline()
              .addLast(new Http1ClientCodec())
              .addLast(new ImpersonationGuard(as))
              .addLast(OneByOne.ofAnswers());
          opened.setSuccess(channel);
        },
        opened::tryFailure);
    return opened;
  }

  private void dial(SslContext context, AfterHandshake.Next next) {
    dial(context, next, this::failed);
  }

  private void dial(
      SslContext context,
      AfterHandshake.Next next,
      java.util.function.Consumer<Throwable> onFailure) {
    Once told = new Once(onFailure);
    ChannelFuture connecting =
        transport
            .client(InetSocketAddress.createUnresolved(target.host(), target.port()))
            .option(ChannelOption.AUTO_READ, false)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            TlsContexts.clientHandler(
                                context, channel.alloc(), target.serverName(), target.port(), null))
                        .addLast(
                            new AfterHandshake((ready, tls) -> {
                              told.done();
                              next.ready(ready, tls);
                            }));
                  }
                })
            .connect();
    connecting.addListener(connected -> {
      if (!connected.isSuccess()) {
        logger.warn("cannot reach {}: {}", target, connected.cause().toString());
        told.fail(connected.cause());
        return;
      }
      SslHandler tls = connecting.channel().pipeline().get(SslHandler.class);
      if (tls != null) {
        tls.handshakeFuture()
            .addListener(shaken -> {
              if (!shaken.isSuccess()) {
                logger.warn("TLS with {} failed: {}", target, shaken.cause().toString());
                told.fail(shaken.cause());
              }
            });
      }
      connecting
          .channel()
          .closeFuture()
          .addListener(closed -> told.fail(new IOException("closed before it was ready")));
    });
  }

  /** Tells one failure at most, and none after success. */
  private static final class Once {
    private final java.util.concurrent.atomic.AtomicBoolean over =
        new java.util.concurrent.atomic.AtomicBoolean();
    private final java.util.function.Consumer<Throwable> onFailure;

    Once(java.util.function.Consumer<Throwable> onFailure) {
      this.onFailure = onFailure;
    }

    void done() {
      over.set(true);
    }

    void fail(Throwable cause) {
      if (over.compareAndSet(false, true)) {
        onFailure.accept(cause);
      }
    }
  }

  @Override
  public void close() {
    List<Shared> all;
    synchronized (this) {
      all = List.copyOf(connections);
    }
    all.forEach(c -> c.connection().close());
  }
}
