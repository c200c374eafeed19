// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.tests.fixtures.TestPki;
import dev.jtsh.tests.fixtures.cluster.FakeWeb;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A proxy is asked for the first time, and somebody is at fault: the message says who, the hint
 * what to do, and neither has words of Java's.
 */
@Timeout(60)
class WhoIsAtFaultIT {
  private static final String FAR = "proxy.example.com:443";

  @Test
  void anExpiredCertificateIsSaidWithBothTimes() {
    try (var pki = new TestPki()) {
      TlsIdentity expired = pki.expiredServer();
      Instant end = expired.leaf().getNotAfter().toInstant();

      ClientException failure = askedOf(pki, expired);

      assertThat(failure).isInstanceOf(ClientException.UntrustedCertificate.class);
      assertThat(said(failure))
          .contains("has expired at " + end.truncatedTo(ChronoUnit.SECONDS))
          .containsPattern("this machine's clock says [-0-9]+T[:0-9]+Z")
          .contains("administrator has to renew the certificate")
          .contains("set the clock");
    }
  }

  @Test
  void aCertificateOfTheFutureIsSaidWithBothTimes() {
    try (var pki = new TestPki()) {
      TlsIdentity future = pki.futureServer();
      Instant begin = future.leaf().getNotBefore().toInstant();

      ClientException failure = askedOf(pki, future);

      assertThat(failure).isInstanceOf(ClientException.ClockSkew.class);
      assertThat(said(failure))
          .contains("is valid from " + begin.truncatedTo(ChronoUnit.SECONDS) + " on")
          .contains("set this machine's clock");
    }
  }

  @Test
  void aCertificateForAnotherNameIsSaidWithThatName() {
    try (var pki = new TestPki()) {
      ClientException failure =
          askedOf(pki, pki.server(List.of("proxy.example.com", "*.apps.example.com"), List.of()));

      assertThat(failure).isInstanceOf(ClientException.UntrustedCertificate.class);
      assertThat(said(failure))
          .contains("is for another name: proxy.example.com, *.apps.example.com");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {502, 503, 504})
  void aBoxBeforeTheClusterIsToldFromIt(int status) {
    ClientException failure = answered(WebReply.text(status, "<html>nginx</html>"));

    assertThat(failure).isInstanceOf(ClientException.Gateway.class);
    assertThat(said(failure)).contains("something before it answers HTTP " + status);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 401, 403, 404, 407, 500})
  void anotherWebServerIsNoProxyWhateverItSays(int status) {
    ClientException failure = answered(WebReply.text(status, "<html>hello</html>"));

    assertThat(failure).isInstanceOf(ClientException.NotAProxy.class);
    assertThat(said(failure)).contains("check host and port of the proxy (--proxy)");
  }

  @Test
  void aLoginPageBeforeTheProxyIsNamedByItsHost() {
    ClientException failure =
        answered(WebReply.text(302, "").with("Location", "https://sso.example.com/login?x=1"));

    assertThat(failure).isInstanceOf(ClientException.NotAProxy.class);
    assertThat(said(failure)).contains("sends us elsewhere, to sso.example.com:");
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 407 Proxy Authentication Required, wants another user and password",
    "HTTP/1.1 403 Forbidden, does not connect us with proxy.example.com:443 (HTTP 403)",
    "HTTP/1.1 502 Bad Gateway, does not connect us with proxy.example.com:443 (HTTP 502)",
    "SSH-2.0-OpenSSH_9.2, does not answer as an HTTP proxy does",
    "'', does not answer as an HTTP proxy does"
  })
  void anHttpProxyThatRefusesIsNamed(String answer, String words) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerAll(server, answer));

      ClientException failure = throughHttpProxy("127.0.0.1:" + server.getLocalPort());

      assertThat(failure).isInstanceOf(ClientException.Unreachable.class);
      assertThat(said(failure))
          .contains("127.0.0.1:" + server.getLocalPort() + " " + words)
          .contains("HTTPS_PROXY");
    }
  }

  @Test
  void anHttpProxyThatIsNotThereIsNamedAndNotTheCluster() throws IOException {
    int unused;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = server.getLocalPort();
    }

    ClientException silent = throughHttpProxy("127.0.0.1:" + unused);
    assertThat(said(silent))
        .contains("nothing answers at the HTTP proxy 127.0.0.1:" + unused)
        .contains("check HTTPS_PROXY");

    ClientException unknown = throughHttpProxy("no-such-proxy.invalid:3128");
    assertThat(said(unknown)).contains("no such host: the HTTP proxy no-such-proxy.invalid:3128");
  }

  private static void answerAll(ServerSocket server, String answer) {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        String head = answer.isEmpty() ? "" : answer + "\r\nContent-Length: 0\r\n\r\n";
        client.getInputStream().read();
        client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        Thread.onSpinWait(); // The client, or the test, is done.
      }
    }
  }

  private static ClientException throughHttpProxy(String httpProxy) {
    Network network =
        Network.of(Map.of("HTTPS_PROXY", "http://" + httpProxy), WebTrust.of(List.of()));
    try (WebClient client = new WebClient(network, InstantSource.system())) {
      return failure(client, ProxyAddress.parse(FAR));
    }
  }

  private static ClientException answered(WebReply reply) {
    return asked(TestPki::server, web -> web.on("/webapi/ping", call -> reply));
  }

  private static ClientException askedOf(TestPki pki, TlsIdentity identity) {
    return asked(pki, identity, web -> {});
  }

  private static ClientException asked(
      Function<TestPki, TlsIdentity> identity, Consumer<FakeWeb> prepared) {
    try (var pki = new TestPki()) {
      return asked(pki, identity.apply(pki), prepared);
    }
  }

  private static ClientException asked(
      TestPki pki, TlsIdentity identity, Consumer<FakeWeb> prepared) {
    try (FakeWeb web = FakeWeb.start(identity);
        var client =
            new WebClient(WebTrust.of(List.of(pki.root().certificate())), InstantSource.system())) {
      prepared.accept(web);
      return failure(client, new ProxyAddress("localhost", web.port()));
    }
  }

  private static ClientException failure(WebClient client, ProxyAddress proxy) {
    return catchThrowableOfType(ClientException.class, () -> client.ping(proxy, ""));
  }

  private static String said(ClientException failure) {
    String said = failure.safeMessage() + "\n" + failure.hint();
    assertThat(said).doesNotContain("java", "Exception", "PKIX", "null", "Tunnel", "header");
    return said;
  }
}
