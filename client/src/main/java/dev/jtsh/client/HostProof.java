// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.net.ServiceNames;
import dev.jtsh.protocol.text.SafeText;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Has a cluster's auth server prove, before anything is asked of it, that it is of a pinned host
 * authority: the proxy names the authorities, those with a pin are believed, and the auth server
 * behind it must hold a certificate of one of them. A proxy that names what it does not have fails
 * the handshake; one that ends the auth server's TLS has no certificate for it.
 */
final class HostProof {
  private static final SafeText ACTION =
      SafeText.literal("checking the host authority against its pin");
  private static final SafeText COMPARE =
      SafeText.literal(
          "nothing was asked of it. Either something in between answers in the cluster's place, or"
              + " the authority was changed: compare the pin with what jtsh-cluster status or tctl"
              + " status prints on the cluster");
  private static final Duration CONNECT_TIME_MAX = Duration.ofSeconds(10);
  private static final Duration TIME_MAX = Duration.ofSeconds(45);
  private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(2);

  private final Network network;
  private final InstantSource clock;
  private final HostPins pins;

  HostProof(Network network, InstantSource clock, HostPins pins) {
    this.network = network;
    this.clock = clock;
    this.pins = pins;
  }

  /**
   * Goes on only with the pinned cluster.
   *
   * @param named the authorities that the proxy names
   */
  void require(Discovery discovery, List<X509Certificate> named) throws ClientException {
    ProxyAddress proxy = discovery.proxy();
    List<X509Certificate> believed = pins.held(named);
    if (believed.isEmpty()) {
      throw pins.mismatch(
          SafeText.format(
              "{}: the host authority of {} is", ACTION, SafeText.ofHostName(proxy.hostPort())),
          named,
          COMPARE);
    }
    try {
      String cluster = discovery.ping().clusterName();
      SslContext tls =
          TlsContexts.client(null, new TrustAnchors(believed), ServiceNames.authAlpnList(cluster));
      shakeHands(proxy, tls, ServiceNames.authServerName(cluster));
    } catch (IllegalArgumentException e) {
      throw new ClientException.BadAnswer(
          SafeText.format("{}: the cluster has no usable name", ACTION), e);
    }
  }

  private void shakeHands(ProxyAddress proxy, SslContext tls, String name) throws ClientException {
    ClusterRoute route = network.route(proxy);
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("jtsh-host-proof", true), NioIoHandler.newFactory());
    try {
      Channel channel = connected(route, loops);
      CompletableFuture<Void> proven = new CompletableFuture<>();
      channel
          .eventLoop()
          .execute(() ->
              route
                  .open(channel)
                  .addListener(opened -> {
                    if (!opened.isSuccess()) {
                      proven.completeExceptionally(opened.cause());
                      return;
                    }
                    SslHandler handler =
                        TlsContexts.clientHandler(tls, channel.alloc(), name, proxy.port(), name);
                    channel.pipeline().addLast(handler, new Ended());
                    handler
                        .handshakeFuture()
                        .addListener(done -> {
                          if (done.isSuccess()) {
                            proven.complete(null);
                          } else {
                            proven.completeExceptionally(done.cause());
                          }
                        });
                  }));
      proven.get(TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      throw failed(proxy, e);
    } catch (ExecutionException e) {
      throw failed(
          proxy, e.getCause() instanceof IOException io ? io : new IOException(e.getCause()));
    } catch (TimeoutException e) {
      throw new ClientException.TimedOut(
          SafeText.format("{}: the auth server did not answer in time", ACTION), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientException.Cancelled(SafeText.format("{}: stopped", ACTION), e);
    } finally {
      loops
          .shutdownGracefully(0, CLOSE_TIME_MAX.toMillis(), TimeUnit.MILLISECONDS)
          .awaitUninterruptibly(CLOSE_TIME_MAX.toMillis());
    }
  }

  private static Channel connected(ClusterRoute route, EventLoopGroup loops)
      throws IOException, InterruptedException {
    IOException failure = new ConnectException("no address");
    for (InetAddress address : InetAddress.getAllByName(route.host())) {
      ChannelFuture attempt =
          new Bootstrap()
              .group(loops)
              .channel(NioSocketChannel.class)
              .option(ChannelOption.TCP_NODELAY, true)
              .option(
                  ChannelOption.CONNECT_TIMEOUT_MILLIS,
                  Math.toIntExact(CONNECT_TIME_MAX.toMillis()))
              .handler(new ChannelInboundHandlerAdapter())
              .connect(address, route.port())
              .await();
      if (attempt.isSuccess()) {
        return attempt.channel();
      }
      failure = attempt.cause() instanceof IOException io ? io : new IOException(attempt.cause());
    }
    throw failure;
  }

  private ClientException failed(ProxyAddress proxy, IOException cause) {
    if (!(cause instanceof SSLException)) {
      return WebFailures.of(
          ACTION, proxy, network.httpProxy(proxy.host(), proxy.port()), cause, clock.instant());
    }
    return new ClientException.UntrustedCertificate(
        SafeText.format(
            "{}: what answers behind {} as the auth server has no certificate of the authority that"
                + " {} names",
            ACTION,
            SafeText.ofHostName(proxy.hostPort()),
            pins.sources()),
        COMPARE,
        cause);
  }

  /** The handshake's own future says what was wrong. */
  private static final class Ended extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
