// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.client.RouteProbe.Balanced;
import dev.jtsh.client.RouteProbe.Direct;
import dev.jtsh.client.RouteProbe.Unknown;
import dev.jtsh.pki.tls.ClientAuthentication;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.net.ServiceNames;
import dev.jtsh.tests.fixtures.TestPki;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RouteProbeIT {
  private TestPki pki;
  private EventLoopGroup group;
  private RouteProbe probe;

  @BeforeEach
  void start() {
    pki = new TestPki();
    group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    probe = new RouteProbe(WebTrust.of(List.of(pki.root().certificate())));
  }

  @AfterEach
  void stop() {
    group.shutdownGracefully().syncUninterruptibly();
    pki.close();
  }

  private ProxyAddress serve(TlsIdentity identity, List<String> protocols) {
    SslContext tls =
        TlsContexts.server(identity, ClientAuthentication.NONE, pki.anchors(), protocols);
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(TlsContexts.serverHandler(tls, channel.alloc()));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    return new ProxyAddress("localhost", ((InetSocketAddress) server.localAddress()).getPort());
  }

  @Test
  void proxyThatPicksTheNameIsReachedDirectly() {
    ProxyAddress proxy =
        serve(pki.server(), List.of(ServiceNames.HTTP_1_1, ServiceNames.REVERSE_TUNNEL));

    assertThat(probe.to(proxy)).isEqualTo(new Direct());
  }

  @Test
  void loadBalancerThatIgnoresTheNameIsSeen() {
    assertThat(probe.to(serve(pki.server(), List.of(ServiceNames.HTTP_1_1))))
        .isInstanceOf(Balanced.class);
  }

  @Test
  void loadBalancerThatRefusesTheNameIsSeen() throws Exception {
    byte[] noApplicationProtocol = HexFormat.of().parseHex("15030300020278");
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answer(server, noApplicationProtocol));

      assertThat(probe.to(new ProxyAddress("localhost", server.getLocalPort())))
          .isInstanceOf(Balanced.class);
    }
  }

  @Test
  void untrustedCertificateTeachesNothing() {
    List<String> names = List.of(ServiceNames.REVERSE_TUNNEL);

    assertThat(probe.to(serve(pki.otherServer(), names))).isInstanceOf(Unknown.class);
    assertThat(probe.to(serve(pki.wrongNameServer(), names))).isInstanceOf(Unknown.class);
  }

  @Test
  void portWhereNobodyListensOrSpeaksTeachesNothing() throws Exception {
    int port;
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      port = silent.getLocalPort();
      assertThat(probe.to(new ProxyAddress("localhost", port))).isInstanceOf(Unknown.class);
    }
    assertThat(probe.to(new ProxyAddress("localhost", port))).isInstanceOf(Unknown.class);
  }

  private static void answer(ServerSocket server, byte[] bytes) {
    try (Socket client = server.accept()) {
      client.getInputStream().read(new byte[4096]);
      client.getOutputStream().write(bytes);
      client.getOutputStream().flush();
      client.getInputStream().read(new byte[16]);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
