// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import dev.jtsh.cluster.http.Http1ServerCodec;
import dev.jtsh.cluster.http.OneByOne;
import dev.jtsh.cluster.net.Transport;
import dev.jtsh.cluster.net.WipingAllocator;
import dev.jtsh.cluster.tunnel.TunnelAcceptor;
import dev.jtsh.cluster.tunnel.TunnelRegistry;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.protocol.net.BindFailure;
import dev.jtsh.protocol.net.ServiceNames;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one TLS port. Chooses by the ClientHello: a server name that begins with {@code
 * kube-teleport-proxy-alpn.} is kube, whatever ALPN says; then the first protocol decides between
 * auth (raw bytes), the agents' tunnel and the web. Each service has a TLS context of its own and
 * none resumes sessions (security rule 20).
 */
public final class ProxyServer implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(ProxyServer.class);
  private static final int WEB_BODY_BYTES_MAX = 1024 * 1024;
  private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(5);

  private final ProxyConfig config;
  private final ProxyParts parts;
  private final Transport transport;
  private final ConnectionCounter counter;
  private final AuthPassThrough auth;
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final TunnelRegistry registry = new TunnelRegistry();
  private final TunnelAcceptor tunnel;
  private final KubeFront kube;
  private final Channel listener;
  private final Channel inProcess;

  private ProxyServer(ProxyConfig config, ProxyParts parts, Transport transport)
      throws IOException {
    this.config = config;
    this.parts = parts;
    this.transport = transport;
    this.counter = new ConnectionCounter(config.limits());
    this.auth = new AuthPassThrough(transport, parts.auth(), parts.callers());
    this.tunnel =
        new TunnelAcceptor(
            config.clusterName(),
            parts.host(),
            parts.hostAnchors(),
            registry,
            parts.audit(),
            parts.clock());
    this.kube = new KubeFront(config.clusterName(), parts, registry);
    this.inProcess = bind(new LocalAddress("jtsh-proxy-" + UUID.randomUUID()));
    this.listener = bind(config.listen());
  }

  /**
   * Binds the port and serves.
   *
   * @throws IOException if the port cannot be had; the message names it
   */
  public static ProxyServer start(ProxyConfig config, ProxyParts parts) throws IOException {
    Transport transport = Transport.named("proxy");
    try {
      ProxyServer server = new ProxyServer(config, parts, transport);
      logger.info("proxy of cluster {} listens on {}", config.clusterName(), server.address());
      return server;
    } catch (IOException | RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** The same port for agents in this process: same TLS, same checks, no network. */
  public LocalAddress inProcessAddress() {
    return (LocalAddress) inProcess.localAddress();
  }

  /** Which kube clusters have an agent connected now. */
  public SortedSet<String> liveKubeClusters() {
    return registry.kubeClusters();
  }

  private Channel bind(SocketAddress address) throws IOException {
    ChannelFuture bound =
        transport
            .server(address)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on %s: %s".formatted(shown(address), BindFailure.why(bound.cause())),
          bound.cause());
    }
    return bound.channel();
  }

  private static String shown(SocketAddress address) {
    return address instanceof InetSocketAddress net
        ? (net.getHostString().indexOf(':') < 0 ? "%s:%d" : "[%s]:%d")
            .formatted(net.getHostString(), net.getPort())
        : address.toString();
  }

  private void accept(Channel channel) {
    open.add(channel);
    if (channel.remoteAddress() instanceof InetSocketAddress remote) {
      if (!counter.enter(remote.getAddress())) {
        channel.close();
        return;
      }
      channel.closeFuture().addListener(closed -> counter.leave(remote.getAddress()));
    }
    channel.pipeline().addLast(new ClientHelloRouter(this::choose, config.limits().helloTime()));
  }

  /** Goes on with the bytes inside an upgraded connection as with those of a new one. */
  private void upgraded(ChannelPipeline pipeline) {
    pipeline.addLast(new ClientHelloRouter(this::chooseInside, config.limits().helloTime()));
  }

  /** Every service but the web: an upgrade inside an upgrade would have no end. */
  private Future<ClientHelloRouter.Service> chooseInside(ClientHello hello, Channel channel) {
    boolean web =
        !ServiceNames.isKubeServerName(hello.serverName())
            && !hello.protocols().contains(ServiceNames.AGENT_TUNNEL)
            && hello.protocols().stream().noneMatch(ServiceNames::isAuthAlpn);
    return web ? refused(channel, "the web inside an upgrade") : choose(hello, channel);
  }

  private Future<ClientHelloRouter.Service> choose(ClientHello hello, Channel channel) {
    if (ServiceNames.isKubeServerName(hello.serverName())) {
      return channel.eventLoop().newSucceededFuture(kube::install);
    }
    List<String> protocols = hello.protocols();
    if (!protocols.isEmpty() && ServiceNames.isAuthAlpn(protocols.getFirst())) {
      Optional<String> cluster = ServiceNames.clusterOfAuthAlpn(protocols.getFirst());
      return cluster.equals(Optional.of(config.clusterName()))
          ? auth.open(channel)
          : refused(channel, "auth of an unknown cluster");
    }
    if (protocols.contains(ServiceNames.AGENT_TUNNEL)) {
      return channel.eventLoop().newSucceededFuture(tunnel::install);
    }
    boolean web =
        protocols.isEmpty()
            || protocols.contains(ServiceNames.HTTP_1_1)
            || protocols.contains(ServiceNames.REVERSE_TUNNEL);
    return web
        ? channel.eventLoop().newSucceededFuture(this::web)
        : refused(channel, "no known protocol");
  }

  private static Future<ClientHelloRouter.Service> refused(Channel channel, String why) {
    return channel.eventLoop().newFailedFuture(new IOException(why));
  }

  private void web(ChannelPipeline pipeline) {
    Channel channel = pipeline.channel();
    // What TLS decodes from here on may hold a password.
    channel.config().setAllocator(WipingAllocator.INSTANCE);
    InetSocketAddress remote =
        channel.remoteAddress() instanceof InetSocketAddress address
            ? address
            : InetSocketAddress.createUnresolved("in-process", 0);
    pipeline
        .addLast(TlsContexts.serverHandler(parts.webCertificate().context(), channel.alloc()))
        .addLast(new Http1ServerCodec())
        .addLast(new HttpObjectAggregator(WEB_BODY_BYTES_MAX))
        .addLast(new OneByOne())
        .addLast(new WebConnection(parts.web(), remote, parts.clock(), this::upgraded));
  }

  /** Closes the port and every connection. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    inProcess.close().awaitUninterruptibly(); // Its name would outlive the loops.
    open.close().awaitUninterruptibly(CLOSE_TIME_MAX.toMillis());
    transport.close();
  }
}
