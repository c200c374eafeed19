// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Our servers, over a socket, seen by openssl and by Java's HTTP client. */
class RealPeersIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final TlsFixture PKI = new TlsFixture();
  private static final EventLoopGroup LOOPS =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong";

  @TempDir private Path directory;

  @AfterAll
  static void close() {
    LOOPS.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    PKI.close();
  }

  /** Answers the first bytes and closes. */
  private static Channel listen(SslContext context) {
    return new ServerBootstrap()
        .group(LOOPS)
        .channel(NioServerSocketChannel.class)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(TlsContexts.serverHandler(context, channel.alloc()))
                    .addLast(new Answer());
              }
            })
        .bind(InetAddress.getLoopbackAddress(), 0)
        .syncUninterruptibly()
        .channel();
  }

  private static int port(Channel channel) {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  private static SslContext server(TlsEngineKind kind, KeyKind key) {
    return TlsContexts.server(
        kind,
        PKI.host(key, "Proxy", "localhost"),
        ClientAuthentication.OPTIONAL,
        PKI.userAnchors(),
        List.of("h2", "http/1.1"));
  }

  private String openssl(Channel server, String... more) throws Exception {
    assumeThat(Path.of("/usr/bin/openssl")).exists();
    Path authority = directory.resolve("ca.pem");
    Files.writeString(authority, Pem.encode(PKI.hosts.certificate()));
    List<String> command =
        new ArrayList<>(
            List.of(
                "/usr/bin/openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + port(server),
                "-CAfile",
                authority.toString(),
                "-verify_return_error",
                "-verify_hostname",
                "localhost",
                "-alpn",
                "http/1.1,h2"));
    command.addAll(List.of(more));
    Path input = directory.resolve("input");
    Files.writeString(input, "ping\n");
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .start();
    process.getOutputStream().write("ping\n".getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return Files.readString(output, StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({"BORINGSSL,P256", "BORINGSSL,RSA2048", "JDK,P256", "JDK,RSA2048"})
  void opensslVerifiesOurServer(TlsEngineKind kind, KeyKind key) throws Exception {
    Channel server = listen(server(kind, key));
    try {
      String text = openssl(server);
      assertThat(text)
          .contains("Verify return code: 0 (ok)")
          .contains("New, TLSv1.3")
          .contains("ALPN protocol: h2")
          .contains("pong")
          // The names of the authorities whose clients are welcome.
          .contains("Acceptable client certificate CA names")
          .contains("serialNumber = " + PKI.users.certificate().getSerialNumber());
    } finally {
      server.close().syncUninterruptibly();
    }
  }

  @ParameterizedTest
  @CsvSource({"BORINGSSL,-tls1_2,TLSv1.2", "BORINGSSL,-tls1_3,TLSv1.3", "JDK,-tls1_3,TLSv1.3"})
  void ourServersGiveNoTicketsOut(TlsEngineKind kind, String flag, String protocol)
      throws Exception {
    Channel server = listen(server(kind, KeyKind.P256));
    try {
      String text = openssl(server, flag);
      assertThat(text).contains("New, " + protocol).contains("pong");
      assertThat(text).doesNotContainIgnoringCase("session ticket");
      if (protocol.equals("TLSv1.2")) {
        assertThat(text).containsPattern("Session-ID: *\n");
      }
    } finally {
      server.close().syncUninterruptibly();
    }
  }

  /** Else the test above would prove nothing. */
  @Test
  void opensslShowsTicketsWhereThereAreSome() throws Exception {
    Channel server = listen(serverThatResumes());
    try {
      assertThat(openssl(server, "-tls1_3")).containsIgnoringCase("session ticket");
      assertThat(openssl(server, "-tls1_2")).containsIgnoringCase("session ticket");
    } finally {
      server.close().syncUninterruptibly();
    }
  }

  private static SslContext serverThatResumes() throws SSLException {
    return SslContextBuilder.forServer(
            (KeyManager) new SingleKeyManager(PKI.host(KeyKind.P256, "Proxy", "localhost")))
        .sslProvider(SslProvider.JDK)
        .build();
  }

  @ParameterizedTest
  @EnumSource(TlsEngineKind.class)
  void opensslIsRefusedBelowTls12(TlsEngineKind kind) throws Exception {
    Channel server = listen(server(kind, KeyKind.P256));
    try {
      assertThat(openssl(server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")).doesNotContain("pong");
    } finally {
      server.close().syncUninterruptibly();
    }
  }

  @ParameterizedTest
  @EnumSource(TlsEngineKind.class)
  void javasHttpClientBelievesTheAnchorsOnly(TlsEngineKind kind) throws Exception {
    Channel server =
        listen(
            TlsContexts.server(
                kind,
                PKI.host(KeyKind.P256, "Proxy", "localhost"),
                ClientAuthentication.NONE,
                TrustAnchors.NONE,
                List.of("http/1.1")));
    try (HttpClient good = client(TrustAnchors.system().plus(PKI.hostAnchors()));
        HttpClient other = client(PKI.userAnchors());
        HttpClient publicOnly = client(TrustAnchors.system())) {
      assertThat(get(good, "localhost", server).body()).isEqualTo("pong");
      assertThatThrownBy(() -> get(good, "127.0.0.2", server))
          .isInstanceOf(java.io.IOException.class);
      assertThatThrownBy(() -> get(other, "localhost", server)).isInstanceOf(SSLException.class);
      assertThatThrownBy(() -> get(publicOnly, "localhost", server))
          .isInstanceOf(SSLException.class);
    } finally {
      server.close().syncUninterruptibly();
    }
  }

  private static HttpClient client(TrustAnchors anchors) {
    return HttpClient.newBuilder()
        .sslContext(TlsContexts.jdkClient(anchors))
        .connectTimeout(LIMIT)
        .build();
  }

  private static HttpResponse<String> get(HttpClient client, String host, Channel server)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://" + host + ":" + port(server) + "/"))
            .timeout(LIMIT)
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static final class Answer extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
      context
          .writeAndFlush(Unpooled.copiedBuffer(ANSWER, StandardCharsets.US_ASCII))
          .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
