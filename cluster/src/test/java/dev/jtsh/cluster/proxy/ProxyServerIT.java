// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.net.CallerAddresses;
import dev.jtsh.cluster.net.Transport;
import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.LeakCheck;
import dev.jtsh.cluster.testing.TestAuthorities;
import dev.jtsh.cluster.testing.TlsPeer;
import dev.jtsh.pki.tls.ClientAuthentication;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.protocol.net.ServiceNames;
import dev.jtsh.tests.fixtures.TestPki;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.local.LocalAddress;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The port's router, the web behind it, and the way to auth. */
@ExtendWith(LeakCheck.class)
class ProxyServerIT {
  private static final String UPGRADE =
      String.join(
          "\r\n",
          "GET /webapi/connectionupgrade HTTP/1.1",
          "Host: h",
          "Connection: Upgrade",
          "Upgrade: %s",
          "%s",
          "");

  private final TestAuthorities authorities = new TestAuthorities();
  private final TestPki webPki = new TestPki();
  private final CallerAddresses callers = new CallerAddresses();
  private final AuditLog audit = new AuditLog("root", InstantSource.system(), List.of());
  private final LocalAddress authAddress = new LocalAddress(ProxyServerIT.class);
  private final Transport authTransport = new Transport("auth-of-test", 1);
  private final CompletableFuture<InetSocketAddress> callerSeenByAuth = new CompletableFuture<>();
  private final CompletableFuture<WebRequest> pending = new CompletableFuture<>();
  private ProxyServer proxy;

  private static final AccessView NO_ACCESS =
      new AccessView() {
        @Override
        public Optional<Role> role(String name) {
          return Optional.empty();
        }

        @Override
        public List<Lock> locks() {
          return List.of();
        }

        @Override
        public List<KubeClusterRecord> kubeClusters() {
          return List.of();
        }
      };

  @BeforeEach
  void start() throws Exception {
    startAuth();
    WebCertificate web = WebCertificate.of(webPki.server());
    proxy =
        ProxyServer.start(
            new ProxyConfig(
                new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0),
                TestAuthorities.CLUSTER,
                ProxyLimits.DEFAULT),
            new ProxyParts(
                KubePath.always(authorities.proxy()),
                authorities.users(),
                authorities.hosts(),
                web,
                this::answer,
                authAddress,
                callers,
                NO_ACCESS,
                audit,
                InstantSource.system()));
  }

  @AfterEach
  void stop() {
    proxy.close();
    authTransport.close();
    audit.close();
    authorities.close();
    webPki.close();
  }

  private CompletableFuture<WebResponse> answer(WebRequest request) {
    if (request.path().equals("/wait")) {
      pending.complete(request);
      return new CompletableFuture<>();
    }
    String text =
        request.method()
            + " "
            + request.path()
            + "?"
            + request.query()
            + " "
            + request.body().length;
    return CompletableFuture.completedFuture(WebResponse.text(200, text));
  }

  /** An auth that ends TLS itself and echoes. */
  private void startAuth() {
    var context =
        TlsContexts.server(
            authorities.host("Auth", List.of("*.teleport.cluster.local"), List.of()),
            ClientAuthentication.OPTIONAL,
            authorities.users(),
            List.of(ServiceNames.H2));
    authTransport
        .server(authAddress)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                callers.get(channel.remoteAddress()).ifPresent(callerSeenByAuth::complete);
                channel
                    .pipeline()
                    .addLast(TlsContexts.serverHandler(context, channel.alloc()))
                    .addLast(
                        new ChannelInboundHandlerAdapter() {
                          @Override
                          public void channelRead(ChannelHandlerContext ctx, Object msg) {
                            ctx.writeAndFlush(msg);
                          }
                        });
              }
            })
        .bind(authAddress)
        .syncUninterruptibly();
  }

  private TlsPeer web() throws Exception {
    return TlsPeer.connect(proxy.address(), "localhost", null, webPki.anchors(), "http/1.1");
  }

  private TlsPeer auth(String cluster) throws Exception {
    return TlsPeer.connect(
        proxy.address(),
        ServiceNames.authServerName(TestAuthorities.CLUSTER),
        null,
        authorities.hosts(),
        ServiceNames.authAlpn(cluster),
        ServiceNames.H2);
  }

  @Test
  void webRequestsAreAnsweredOnOneConnectionOneAfterTheOther() throws Exception {
    try (TlsPeer peer = web()) {
      peer.send("GET /webapi/ping?x=1 HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(peer.readAnswer()).startsWith("HTTP/1.1 200").endsWith("GET /webapi/ping?x=1 0");
      peer.send(
          "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
              + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(peer.readAnswer()).endsWith("POST /a? 3");
      assertThat(peer.readAnswer()).endsWith("GET /b? 0");
      peer.send("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
      peer.send("5\r\nabcde\r\n0\r\n\r\n");
      assertThat(peer.readAnswer()).endsWith("POST /c? 5");
    }
  }

  @Test
  void authIsReachedInsideAWebConnectionWhereProtocolNamesDoNotArrive() throws Exception {
    try (TlsPeer peer = web()) {
      peer.send(UPGRADE.formatted("alpn", "X-Teleport-Upgrade: alpn\r\n"));
      assertThat(peer.readUntil("\r\n\r\n").toLowerCase(Locale.ROOT))
          .startsWith("http/1.1 101 ")
          .contains("upgrade: alpn", "connection: upgrade", "x-teleport-upgrade: alpn");
      SslHandler inner = inside(peer, ServiceNames.authAlpn(TestAuthorities.CLUSTER));
      assertThat(inner.handshakeFuture().await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(inner.handshakeFuture().cause()).isNull();
      peer.send("through two");
      assertThat(peer.readUntil("through two")).isEqualTo("through two");
      assertThat(callerSeenByAuth.get(30, TimeUnit.SECONDS))
          .isEqualTo(peer.channel().localAddress());
    }
  }

  @Test
  void webIsNotReachedInsideAnUpgrade() throws Exception {
    try (TlsPeer peer = web()) {
      peer.send(UPGRADE.formatted("alpn", ""));
      peer.readUntil("\r\n\r\n");
      SslHandler inner = inside(peer, ServiceNames.HTTP_1_1);
      assertThat(inner.handshakeFuture().await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(inner.handshakeFuture().isSuccess()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "unknown, AAAAAAAAAAAAAAAAAAAAAA==, alpn",
    "websocket, short, alpn",
    "websocket, AAAAAAAAAAAAAAAAAAAAAA==, chat",
  })
  void upgradesOfAnotherKindAreNotSupported(String form, String key, String inside)
      throws Exception {
    try (TlsPeer peer = web()) {
      String more =
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: %s\r\n"
              .formatted(key, inside);
      peer.send(UPGRADE.formatted(form, more));
      assertThat(peer.readAnswer()).startsWith("HTTP/1.1 404 ");
    }
  }

  /** TLS within the peer's TLS. */
  private SslHandler inside(TlsPeer peer, String protocol) throws Exception {
    SslContext context = TlsContexts.client(null, authorities.hosts(), List.of(protocol, "h2"));
    String name = ServiceNames.authServerName(TestAuthorities.CLUSTER);
    Channel channel = peer.channel();
    SslHandler inner = TlsContexts.clientHandler(context, channel.alloc(), name, 443, name);
    channel
        .eventLoop()
        .submit(() -> {
          String outer = channel.pipeline().context(SslHandler.class).name();
          channel.pipeline().addAfter(outer, "inner", inner);
        })
        .sync();
    return inner;
  }

  @Test
  void everyAnswerSaysWhatTimeItIs() throws Exception {
    try (TlsPeer peer = web()) {
      peer.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
      String date =
          peer.readAnswer()
              .lines()
              .filter(line -> line.startsWith("date: "))
              .map(line -> line.substring("date: ".length()))
              .findFirst()
              .orElseThrow();
      assertThat(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from))
          .isCloseTo(Instant.now(), within(Duration.ofSeconds(30)));
    }
  }

  @Test
  void hangUpDuringALongAnswerIsNoticed() throws Exception {
    TlsPeer peer = web();
    peer.send("POST /wait HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    WebRequest request = pending.get(10, TimeUnit.SECONDS);
    assertThat(request.closed().toCompletableFuture()).isNotDone();
    peer.close();
    request.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void bodyOverTheLimitIsRefused() throws Exception {
    try (TlsPeer peer = web()) {
      peer.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n");
      assertThat(peer.readAnswer()).startsWith("HTTP/1.1 413");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 4\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\0c\r\n\r\n",
        "GET / HTTP/1.1\nHost: h\n\n",
        "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n",
        "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: h\r\n\r\n",
      })
  void requestThatTwoReadersCouldReadDifferentlyIs400AndTheEnd(String request) throws Exception {
    try (TlsPeer peer = web()) {
      peer.send(request);
      assertThat(peer.readToEnd()).startsWith("HTTP/1.1 400").contains("{\"error\":");
    }
  }

  @Test
  void foldedLineIsRefusedHoweverItIsCut() throws Exception {
    String request = "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n c\r\n\r\n";
    for (int cut = 1; cut < request.length(); cut += 3) {
      try (TlsPeer peer = web()) {
        peer.send(request.substring(0, cut));
        peer.channel().eventLoop().submit(() -> {}).sync();
        peer.send(request.substring(cut));
        assertThat(peer.readToEnd()).as("cut at %d", cut).startsWith("HTTP/1.1 400");
      }
    }
  }

  @Test
  void authGetsTheRawBytesAndTheCallersAddress() throws Exception {
    try (TlsPeer peer = auth(TestAuthorities.CLUSTER)) {
      assertThat(peer.protocol()).isEqualTo("h2");
      peer.send("x".repeat(300_000) + "end");
      assertThat(peer.readUntil("end")).hasSize(300_003);
      assertThat(callerSeenByAuth.get(10, TimeUnit.SECONDS))
          .isEqualTo(peer.channel().localAddress());
    }
  }

  @Test
  void authOfAnotherClusterIsClosed() {
    assertThatThrownBy(() -> auth("other")).isInstanceOf(Exception.class);
  }

  @Test
  void unknownProtocolAloneIsClosed() {
    assertThatThrownBy(() ->
            TlsPeer.connect(proxy.address(), "localhost", null, webPki.anchors(), "teleport-mysql"))
        .isInstanceOf(Exception.class);
  }

  @Test
  void bytesThatAreNoTlsAreClosed() throws Exception {
    try (var socket =
        new java.net.Socket(proxy.address().getAddress(), proxy.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void connectionsFromOneSourceAreBounded() throws Exception {
    var counter = new ConnectionCounter(new ProxyLimits(10, 2, ProxyLimits.DEFAULT.helloTime()));
    var one = java.net.InetAddress.getByName("2001:db8::1");
    var same = java.net.InetAddress.getByName("2001:db8::2");
    var other = java.net.InetAddress.getByName("2001:db8:0:1::1");
    assertThat(counter.enter(one)).isTrue();
    assertThat(counter.enter(same)).isTrue();
    assertThat(counter.enter(one)).isFalse();
    assertThat(counter.enter(other)).isTrue();
    counter.leave(one);
    assertThat(counter.enter(same)).isTrue();
  }
}
