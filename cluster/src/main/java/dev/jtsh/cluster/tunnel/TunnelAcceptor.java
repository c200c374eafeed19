// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.tunnel;

import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.http.AfterHandshake;
import dev.jtsh.cluster.http.Http2Connections;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.tls.ClientAuthentication;
import dev.jtsh.pki.tls.FollowingContext;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.net.ServiceNames;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy's end of the agents' connections: checks that the peer is a kube agent of this cluster,
 * turns the roles round, asks what it serves, and puts it into the registry. A name that the
 * agent's certificate does not list ends the connection and is audited (security rule 9).
 */
public final class TunnelAcceptor {
  private static final Logger logger = LoggerFactory.getLogger(TunnelAcceptor.class);
  private static final String AGENT_ROLE = "Kube";
  private static final int HEADER_BYTES_MAX = 64 * 1024;
  private static final int REGISTRATION_BYTES_MAX = 64 * 1024;
  private static final Duration END_CHECK = Duration.ofSeconds(1);
  private static final Duration REGISTRATION_TIME_MAX = Duration.ofSeconds(15);

  private final String clusterName;
  private final SslContext context;
  private final TunnelRegistry registry;
  private final AuditLog audit;
  private final InstantSource clock;

  /** An acceptor with a TLS context of its own, which believes the host CA only. */
  public TunnelAcceptor(
      String clusterName,
      Supplier<TlsIdentity> host,
      TrustAnchors hostAnchors,
      TunnelRegistry registry,
      AuditLog audit,
      InstantSource clock) {
    this.clusterName = clusterName;
    this.context =
        new FollowingContext(
            host,
            own ->
                TlsContexts.server(
                    own,
                    ClientAuthentication.REQUIRED,
                    hostAnchors,
                    List.of(ServiceNames.AGENT_TUNNEL)));
    this.registry = registry;
    this.audit = audit;
    this.clock = clock;
  }

  /** Adds the tunnel's handlers to a new connection. */
  public void install(ChannelPipeline pipeline) {
    pipeline
        .addLast(TlsContexts.serverHandler(context, pipeline.channel().alloc()))
        .addLast(new AfterHandshake(this::ready));
  }

  private void ready(Channel channel, SslHandler tls) {
    try {
      X509Certificate leaf =
          TlsContexts.peerLeaf(tls.engine())
              .orElseThrow(() -> new PkiException("no certificate was presented"));
      HostIdentity agent = HostIdentity.of(leaf);
      if (!agent.roles().equals(List.of(AGENT_ROLE)) || !agent.cluster().equals(clusterName)) {
        throw new PkiException("not a kube agent of this cluster");
      }
      if (!ServiceNames.AGENT_TUNNEL.equals(tls.applicationProtocol())) {
        throw new PkiException("another protocol was agreed on");
      }
      var watch = Http2Connections.dial(channel.pipeline(), HEADER_BYTES_MAX);
      var connection =
          new AgentConnection(
              channel, watch, agent.hostId(), leaf.getNotAfter().toInstant(), clock);
      Future<?> look =
          channel
              .eventLoop()
              .scheduleAtFixedRate(
                  connection::closeAtEnd,
                  END_CHECK.toSeconds(),
                  END_CHECK.toSeconds(),
                  TimeUnit.SECONDS);
      channel.closeFuture().addListener(closed -> look.cancel(false));
      register(agent, connection);
    } catch (PkiException e) {
      logger.warn("a tunnel from {} is refused: {}", channel.remoteAddress(), e.getMessage());
      channel.close();
    }
  }

  private void register(HostIdentity identity, AgentConnection agent) {
    Channel connection = agent.connection();
    var timer =
        connection
            .eventLoop()
            .schedule(
                () -> connection.close(), REGISTRATION_TIME_MAX.toSeconds(), TimeUnit.SECONDS);
    agent
        .open(false)
        .addListener((Future<Channel> opened) -> {
          if (!opened.isSuccess()) {
            connection.close();
            return;
          }
          Channel stream = opened.getNow();
          stream.config().setAutoRead(true);
          stream
              .pipeline()
              .addLast(new HttpObjectAggregator(REGISTRATION_BYTES_MAX))
              .addLast(
                  new SimpleChannelInboundHandler<FullHttpResponse>() {
                    @Override
                    protected void channelRead0(
                        ChannelHandlerContext ctx, FullHttpResponse answer) {
                      timer.cancel(false);
                      registered(identity, agent, answer);
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                      logger.debug("a registration failed", cause);
                      connection.close();
                    }
                  });
          var request =
              new DefaultFullHttpRequest(
                  HttpVersion.HTTP_1_1, HttpMethod.GET, Registration.PATH, Unpooled.EMPTY_BUFFER);
          request.headers().set(HttpHeaderNames.HOST, ServiceNames.INTERNAL_DOMAIN);
          stream.writeAndFlush(request);
        });
  }

  private void registered(HostIdentity identity, AgentConnection agent, FullHttpResponse answer) {
    if (!answer.status().equals(HttpResponseStatus.OK)) {
      agent.connection().close();
      return;
    }
    Set<String> names;
    try {
      names =
          new HashSet<>(
              WireJson.read(ByteBufUtil.getBytes(answer.content()), Registration.class)
                  .kubeClusters());
    } catch (RuntimeException e) {
      logger.warn("agent {} registered in a way that cannot be read", agent.hostId());
      agent.connection().close();
      return;
    }
    for (String name : names) {
      if (!identity.kubeClusters().contains(name) || KubeClusterName.of(name).isEmpty()) {
        audit.emit(
            AuditEvent.of(AuditEvent.Type.KUBE_NAME_REFUSED)
                .with("server_id", agent.hostId())
                .with("kubernetes_cluster", name)
                .with("addr.remote", String.valueOf(agent.connection().remoteAddress()))
                .build());
        logger.warn("agent {} wants to serve a cluster that is not its own", agent.hostId());
        agent.connection().close();
        return;
      }
    }
    registry.add(agent, names);
    logger.info("agent {} serves {}", agent.hostId(), names);
  }
}
