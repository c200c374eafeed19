// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.tunnel;

import dev.jtsh.cluster.http.AfterHandshake;
import dev.jtsh.cluster.http.Http2Connections;
import dev.jtsh.cluster.net.Transport;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.tls.FollowingContext;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.net.ServiceNames;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's end: keeps some connections to a proxy, answers requests on them, and dials again
 * when one ends, later and later and never at the same moment as other agents.
 */
public final class TunnelDialer implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(TunnelDialer.class);
  private static final String PROXY_ROLE = "Proxy";
  private static final int STREAMS_MAX = 1_000;
  private static final int HEADER_BYTES_MAX = 128 * 1024;
  private static final int DEFAULT_PORT = 443;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(5);

  private final Transport transport;
  private final String clusterName;
  private final SocketAddress proxy;
  private final SslContext context;
  private final Consumer<ChannelPipeline> stream;
  private final SecureRandom random;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tunnel-dialer").factory());
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private volatile boolean closed;

  private TunnelDialer(
      Transport transport,
      String clusterName,
      SocketAddress proxy,
      SslContext context,
      Consumer<ChannelPipeline> stream,
      SecureRandom random) {
    this.transport = transport;
    this.clusterName = clusterName;
    this.proxy = proxy;
    this.context = context;
    this.stream = stream;
    this.random = random;
  }

  /**
   * Starts dialling.
   *
   * @param connections how many to keep
   * @param proxy the proxy's port, or its in-process address
   * @param agent the agent's host certificate, asked at each dialling
   * @param stream adds the handlers that answer one request
   */
  public static TunnelDialer start(
      Transport transport,
      String clusterName,
      int connections,
      SocketAddress proxy,
      Supplier<TlsIdentity> agent,
      TrustAnchors hostAnchors,
      Consumer<ChannelPipeline> stream,
      SecureRandom random) {
    SslContext context =
        new FollowingContext(
            agent, own -> TlsContexts.client(own, hostAnchors, List.of(ServiceNames.AGENT_TUNNEL)));
    TunnelDialer dialer = new TunnelDialer(transport, clusterName, proxy, context, stream, random);
    for (int i = 0; i < connections; i++) {
      dialer.dial(FIRST_PAUSE);
    }
    return dialer;
  }

  private void dial(Duration pause) {
    if (closed) {
      return;
    }
    Connection connection = new Connection();
    ChannelFuture connecting = transport.client(proxy).handler(connection).connect();
    connecting.addListener(connected -> {
      if (!connected.isSuccess()) {
        logger.warn("cannot reach the proxy at {}: {}", proxy, connected.cause().toString());
        again(pause);
        return;
      }
      connecting
          .channel()
          .closeFuture()
          .addListener(ended -> again(connection.worked ? FIRST_PAUSE : pause));
    });
  }

  /** After a pause between half and all of {@code pause}; the next one is twice as long. */
  private void again(Duration pause) {
    long most = pause.toMillis();
    long wait = most / 2 + random.nextLong(most / 2 + 1);
    Duration doubled = pause.multipliedBy(2);
    Duration next = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    try {
      timer.schedule(() -> dial(next), wait, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      logger.debug("no further dialling: the agent stops");
    }
  }

  /** Completes when the first connection to a proxy of the cluster stands. */
  public CompletionStage<Void> connected() {
    return connected;
  }

  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
    open.close().awaitUninterruptibly(CLOSE_TIME_MAX.toMillis());
  }

  private final class Connection extends ChannelInitializer<Channel> {
    private volatile boolean worked;

    @Override
    protected void initChannel(Channel channel) {
      open.add(channel);
      int port = proxy instanceof InetSocketAddress address ? address.getPort() : DEFAULT_PORT;
      String name = ServiceNames.INTERNAL_DOMAIN;
      channel
          .pipeline()
          .addLast(TlsContexts.clientHandler(context, channel.alloc(), name, port, name))
          .addLast(new AfterHandshake(this::ready));
    }

    private void ready(Channel channel, SslHandler tls) {
      try {
        HostIdentity peer =
            HostIdentity.of(
                TlsContexts.peerLeaf(tls.engine())
                    .orElseThrow(() -> new PkiException("the proxy showed no certificate")));
        if (!peer.roles().contains(PROXY_ROLE) || !peer.cluster().equals(clusterName)) {
          throw new PkiException("the peer is no proxy of cluster " + clusterName);
        }
      } catch (PkiException e) {
        logger.warn("the proxy at {} is refused: {}", proxy, e.getMessage());
        channel.close();
        return;
      }
      worked = true;
      connected.complete(null);
      Http2Connections.serve(channel.pipeline(), STREAMS_MAX, HEADER_BYTES_MAX, true, stream);
    }
  }
}
