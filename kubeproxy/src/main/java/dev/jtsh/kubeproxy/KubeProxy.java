// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.pki.tls.ClientAuthentication;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.protocol.net.BindFailure;
import dev.jtsh.protocol.net.ServiceNames;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * The local kube proxy: serves kubectl on 127.0.0.1 over TLS, to holders of a client certificate of
 * this start only, and passes each request on to the cluster with the identity for the kube cluster
 * that certificate names.
 */
public final class KubeProxy implements AutoCloseable {
  private static final List<String> PROTOCOLS = List.of(ServiceNames.H2, ServiceNames.HTTP_1_1);

  /** A peer that takes nothing holds a connection up, which is then broken off. */
  private static final int CLOSE_MILLIS = 500;

  private static final int BACKLOG = 512;
  private static final int LOW_WATER_BYTES = 32 * 1024;
  private static final int HIGH_WATER_BYTES = 128 * 1024;

  private final EventLoopGroup group;
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final IdentityHashMap<EventExecutor, ProxyLoop> loops = new IdentityHashMap<>();
  private final Set<String> kubeClusters;
  private final X509Certificate authority;
  private final SslContext tls;
  private final Duration handshakeTimeout;
  private final Channel listener;
  private final FrontDoor door;

  private KubeProxy(
      KubeProxyConfig config,
      LocalCredentials credentials,
      UpstreamIdentity identities,
      UpstreamDialer dialer,
      InstantSource clock,
      DoorPolicy policy,
      @Nullable SocketOwners owners)
      throws IOException {
    this.handshakeTimeout = config.handshakeTimeout();
    this.kubeClusters = credentials.kubeClusters();
    this.authority = credentials.authority();
    this.tls =
        TlsContexts.server(
            credentials.server(), ClientAuthentication.REQUIRED, credentials.anchors(), PROTOCOLS);
    Transport transport = Transport.best();
    this.group = transport.group(config.eventLoops());
    AtomicInteger waiting = new AtomicInteger();
    AtomicInteger heldBytes = new AtomicInteger();
    for (EventExecutor executor : group) {
      ProxyLoop loop =
          new ProxyLoop(
              (EventLoop) executor, config, identities, dialer, clock, waiting, heldBytes);
      loops.put(executor, loop);
      loop.startSweeping();
    }
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(transport.server())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.AUTO_READ, false) // Nobody comes in before the door is made.
            .childOption(ChannelOption.ALLOCATOR, Transport.buffers())
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(LOW_WATER_BYTES, HIGH_WATER_BYTES))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), config.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      if (owners != null) {
        owners.close();
      }
      stop();
      throw new IOException(
          "cannot listen on 127.0.0.1:%d: %s"
              .formatted(config.port(), BindFailure.why(bound.cause())),
          bound.cause());
    }
    this.listener = bound.channel();
    this.door =
        new FrontDoor(
            listener,
            config.maxConnections(),
            policy,
            OwnerCheck.start(policy, owners, (InetSocketAddress) listener.localAddress()));
    listener.config().setAutoRead(true);
  }

  /**
   * Starts listening, for the user of this process.
   *
   * @param credentials this start's own; the caller keeps and closes them after the proxy
   * @throws IOException if the port is in use
   */
  public static KubeProxy start(
      KubeProxyConfig config,
      LocalCredentials credentials,
      UpstreamIdentity identities,
      UpstreamDialer dialer,
      InstantSource clock)
      throws IOException {
    return start(config, credentials, identities, dialer, clock, DoorPolicy.ofThisUser());
  }

  /**
   * The same for whom a policy lets in.
   *
   * @throws IOException if the port is in use
   */
  public static KubeProxy start(
      KubeProxyConfig config,
      LocalCredentials credentials,
      UpstreamIdentity identities,
      UpstreamDialer dialer,
      InstantSource clock,
      DoorPolicy policy)
      throws IOException {
    return start(config, credentials, identities, dialer, clock, policy, SocketOwners.ofKernel());
  }

  /** The same with another way to ask whose a socket is; {@code null} means there is none. */
  static KubeProxy start(
      KubeProxyConfig config,
      LocalCredentials credentials,
      UpstreamIdentity identities,
      UpstreamDialer dialer,
      InstantSource clock,
      DoorPolicy policy,
      @Nullable SocketOwners owners)
      throws IOException {
    return new KubeProxy(config, credentials, identities, dialer, clock, policy, owners);
  }

  /** Where it listens: always 127.0.0.1. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** What happened at the port so far. */
  public DoorReport door() {
    return door.report();
  }

  /** Connections from clients that are open now. */
  int connections() {
    return clients.size();
  }

  private void accept(Channel channel) {
    if (!door.admit(channel)) {
      return;
    }
    clients.add(channel);
    ProxyLoop loop = loops.get(channel.eventLoop());
    if (loop == null) {
      throw new IllegalStateException("a connection on a foreign event loop");
    }
    SslHandler handler = TlsContexts.serverHandler(tls, channel.alloc());
    handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
    channel
        .pipeline()
        .addLast(
            handler,
            new HandshakeWatch(
                handler, (ready, protocol) -> serve(loop, handler, ready, protocol), cause -> {}));
  }

  private void serve(ProxyLoop loop, SslHandler handler, Channel channel, String protocol) {
    Optional<X509Certificate> leaf = leaf(handler.engine());
    if (leaf.isEmpty()) {
      channel.close();
      return;
    }
    try {
      FrontCertificate certificate = FrontCertificate.of(leaf.get(), kubeClusters);
      door.proven(channel);
      if (protocol.equals(ServiceNames.H2)) {
        Http2Frontend.install(loop, certificate, channel);
      } else {
        Http1Frontend.install(loop, certificate, channel);
      }
    } catch (BadMessageException e) {
      channel.close();
    }
  }

  /**
   * The client's certificate. Clients that use OpenSSL (curl, Python) send our own authority along
   * with it, because they find it among those they trust; more than that nobody has a reason for.
   */
  private Optional<X509Certificate> leaf(SSLEngine engine) {
    try {
      Certificate[] chain = engine.getSession().getPeerCertificates();
      boolean ours = chain.length == 1 || (chain.length == 2 && chain[1].equals(authority));
      return ours && chain[0] instanceof X509Certificate leaf
          ? Optional.of(leaf)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  /** Stops listening and breaks all connections off. Blocks until the threads have ended. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    stop();
    door.close();
  }

  private void stop() {
    // Each channel lets go of what it holds when it is closed; an event loop that ends does not.
    List<Future<?>> closed = new ArrayList<>(List.of(clients.close()));
    loops.values().forEach(loop -> closed.add(loop.closeUpstreams()));
    closed.forEach(one -> one.awaitUninterruptibly(CLOSE_MILLIS));
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
