// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.tests.fixtures.TestPki;
import java.io.IOException;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who is let in, and where each client certificate leads. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class GateIT {
  private static TestPki pki;
  private static FakeCluster cluster;
  private static ProxyUnderTest proxy;

  @BeforeAll
  static void start() throws Exception {
    pki = new TestPki();
    cluster = new FakeCluster(pki, List.of("http/1.1"));
    proxy = new ProxyUnderTest(pki, cluster.dialer());
  }

  @AfterAll
  static void stop() {
    proxy.close();
    cluster.close();
    pki.close();
  }

  private static int firstByte(SSLContext context) throws IOException {
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", proxy.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write("GET /version HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read();
    }
  }

  @Test
  void clientWithoutACertificateIsRefused() {
    SSLContext none = ProxyUnderTest.clientContext(proxy.credentials, null, proxy.credentials);

    assertThatThrownBy(() -> firstByte(none)).isInstanceOf(IOException.class);
    assertThat(cluster.requests).isEmpty();
  }

  @Test
  void certificateOfAnotherStartIsRefused() {
    Instant now = Instant.now();
    try (LocalCredentials other =
        LocalCredentials.create(List.of(ProxyUnderTest.PROD), now, now.plusSeconds(600))) {
      X509Certificate foreign = other.client(ProxyUnderTest.PROD);
      SSLContext context = ProxyUnderTest.clientContext(other, foreign, proxy.credentials);

      assertThatThrownBy(() -> firstByte(context)).isInstanceOf(IOException.class);
      assertThat(cluster.requests).isEmpty();
    }
  }

  /** As OpenSSL does it, and with it curl and Python. */
  @Test
  void clientThatSendsTheAuthorityAlongIsServed() throws Exception {
    List<X509Certificate> chain =
        List.of(proxy.credentials.client(ProxyUnderTest.PROD), proxy.credentials.authority());

    assertThat(firstByte(ProxyUnderTest.chainContext(proxy.credentials, chain, proxy.credentials)))
        .isEqualTo('H');
    cluster.requests.clear();
  }

  @Test
  void clientThatSendsSomethingElseAlongIsRefused() throws Exception {
    List<X509Certificate> chain =
        List.of(
            proxy.credentials.client(ProxyUnderTest.PROD),
            proxy.credentials.client(ProxyUnderTest.TEST));

    assertThat(firstByte(ProxyUnderTest.chainContext(proxy.credentials, chain, proxy.credentials)))
        .isEqualTo(-1);
    assertThat(cluster.requests).isEmpty();
  }

  @Test
  void eachCertificateLeadsToItsOwnKubeCluster() throws Exception {
    for (var expected :
        List.of(
            List.of(ProxyUnderTest.PROD, "CN=alice on prod"),
            List.of(ProxyUnderTest.TEST, "CN=alice on test"))) {
      try (var client =
          proxy.client(
              (dev.jtsh.protocol.kube.KubeClusterName) expected.get(0), Version.HTTP_1_1)) {
        HttpResponse<String> answer =
            client.send(proxy.request("/version").build(), BodyHandlers.ofString());
        assertThat(answer.body()).contains((String) expected.get(1));
      }
    }
    cluster.requests.clear();
  }

  @Test
  void pathOfAnotherKubeClusterIsRefused() throws Exception {
    try (var client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
      HttpResponse<String> answer =
          client.send(proxy.request("/kube/test_2.x/version").build(), BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("\"kind\":\"Status\"", "another kube cluster");
      assertThat(cluster.requests).isEmpty();
    }
  }

  @Test
  void onlyTheLoopbackAddressListens() {
    assertThat(proxy.proxy.address().getAddress().getHostAddress()).isEqualTo("127.0.0.1");
  }
}
