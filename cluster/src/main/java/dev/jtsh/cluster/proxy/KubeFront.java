// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.http.AfterHandshake;
import dev.jtsh.cluster.http.CallerSide;
import dev.jtsh.cluster.http.Exchange;
import dev.jtsh.cluster.http.Http1ServerCodec;
import dev.jtsh.cluster.http.Http2Connections;
import dev.jtsh.cluster.http.Http2ServerStreamCodec;
import dev.jtsh.cluster.http.OneByOne;
import dev.jtsh.cluster.kube.KubeAnswers;
import dev.jtsh.cluster.kube.UserCheck;
import dev.jtsh.cluster.tunnel.TunnelRegistry;
import dev.jtsh.pki.tls.ClientAuthentication;
import dev.jtsh.pki.tls.FollowingContext;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.protocol.net.ServiceNames;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What kubectl, or the local proxy, talks to: HTTP/2 and HTTP/1.1 with the user's certificate, sent
 * on to an agent of the kube cluster that the certificate is for.
 */
final class KubeFront {
  private static final int STREAMS_MAX = 250;
  private static final int HEADER_BYTES_MAX = 64 * 1024;

  /** How soon a lock, or the end of a certificate, cuts off what is open. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final String clusterName;
  private final SslContext context;
  private final TunnelRegistry registry;
  private final UserCheck check;
  private final AuditLog audit;
  private final RequestCounter counter = new RequestCounter();
  private final InstantSource clock;

  KubeFront(String clusterName, ProxyParts parts, TunnelRegistry registry) {
    this.clusterName = clusterName;
    this.registry = registry;
    this.check = new UserCheck(clusterName, parts.access());
    this.audit = parts.audit();
    this.clock = parts.clock();
    this.context =
        new FollowingContext(
            parts.host(),
            own ->
                TlsContexts.server(
                    own,
                    ClientAuthentication.OPTIONAL,
                    parts.userAnchors(),
                    List.of(ServiceNames.H2, ServiceNames.HTTP_1_1)));
  }

  void install(ChannelPipeline pipeline) {
    pipeline
        .addLast(TlsContexts.serverHandler(context, pipeline.channel().alloc()))
        .addLast(new AfterHandshake(this::ready));
  }

  private void ready(Channel channel, SslHandler tls) {
    InetSocketAddress remote =
        channel.remoteAddress() instanceof InetSocketAddress address ? address : null;
    var router =
        new KubeFrontRouter(check, clusterName, chain(tls), remote, registry, counter, clock);
    watch(channel, router, remote);
    if (ServiceNames.H2.equals(tls.applicationProtocol())) {
      Http2Connections.serve(
          channel.pipeline(),
          STREAMS_MAX,
          HEADER_BYTES_MAX,
          false,
          stream ->
              stream
                  .addLast(new Http2ServerStreamCodec())
                  .addLast(new OneByOne())
                  .addLast(new Exchange(CallerSide.HTTP2, router, KubeAnswers::proxyFault)));
    } else {
      channel
          .pipeline()
          .addLast(new Http1ServerCodec())
          .addLast(new OneByOne())
          .addLast(new Exchange(CallerSide.HTTP1, router, KubeAnswers::proxyFault));
    }
  }

  /** Requests are checked as they come; this is for those that are still under way. */
  private void watch(Channel channel, KubeFrontRouter router, @Nullable InetSocketAddress remote) {
    long period = LOOK_AGAIN.toMillis();
    Future<?> look =
        channel
            .eventLoop()
            .scheduleAtFixedRate(
                () -> {
                  if (channel.isActive() && router.mustEnd()) {
                    cutOff(channel, router.username(), remote);
                  }
                },
                period,
                period,
                TimeUnit.MILLISECONDS);
    channel.closeFuture().addListener(closed -> look.cancel(false));
  }

  private void cutOff(Channel channel, String user, @Nullable InetSocketAddress remote) {
    audit.emit(
        AuditEvent.of(AuditEvent.Type.CLIENT_DISCONNECT)
            .with("user", user)
            .with("protocol", "kube")
            .with("addr.remote", remote == null ? "" : remote.toString().replaceFirst("^.*/", ""))
            .with("reason", "a lock is in force, or the certificate has ended")
            .build());
    channel.close();
  }

  private static List<X509Certificate> chain(SslHandler tls) {
    // What a client sends along with its leaf is not looked at; more than authorities is refused.
    Optional<X509Certificate> leaf = TlsContexts.peerLeaf(tls.engine());
    return leaf.map(List::of).orElse(List.of());
  }
}
