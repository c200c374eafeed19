// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.fixtures.TestPki;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Security rule 29: what two parsers could read differently is refused, and ends the connection.
 */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class Attack29DesynchronisationIT {
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST / HTTP/1.1|Host: x|Content-Length: 5|Transfer-Encoding: chunked||0||",
        "POST / HTTP/1.1|Host: x|Content-Length: 1|Content-Length: 2||ab",
        "POST / HTTP/1.1|Host: x|Content-Length: 1|Content-Length: 1||a",
        "POST / HTTP/1.1|Host: x|Content-Length: +1||a",
        "POST / HTTP/1.1|Host: x|Content-Length: 1, 1||a",
        "POST / HTTP/1.1|Host: x|Transfer-Encoding: gzip, chunked||0||",
        "POST / HTTP/1.1|Host: x|Transfer-Encoding: xchunked||0||",
        "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked|Transfer-Encoding: chunked||0||",
        "GET / HTTP/1.1|Host: x|X-Fold: a| b||",
        "GET / HTTP/1.1|Host: x|X-Fold: a|\tb||",
        "GET / HTTP/1.1|Host: x|User-Agent: a\0b||",
        "GET / HTTP/1.1|Host: x|User-Agent: a\u0001b||",
        "GET / HTTP/1.1|Host: x|User-Agent : a||",
        "GET / HTTP/1.1|Host: x|User-Agent: a\nX-Injected: b||",
        "GET / HTTP/1.1|Host: x|User-Agent: a\rb||",
        "GET http://other/version HTTP/1.1|Host: x||",
        "CONNECT other:443 HTTP/1.1|Host: other:443||",
        "TRACE / HTTP/1.1|Host: x||",
        "GET / HTTP/1.1||",
        "GET / HTTP/1.1|Host: x|Host: y||",
        "GET / HTTP/1.0|Host: x||",
        "GET /a\\b HTTP/1.1|Host: x||",
        "PRI * HTTP/2.0||SM||",
        "nonsense||",
      })
  void ambiguousRequestIsRefusedAndEndsTheConnection(String lines) throws Exception {
    cluster.requests.clear();
    try (RawClient client = new RawClient(proxy)) {
      client.send(lines.replace("|", "\r\n") + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");

      assertThat(client.head()).startsWith("HTTP/1.1 400 ").contains("connection: close");
      assertThat(client.rest()).contains("\"kind\":\"Status\"").doesNotContain("HTTP/1.1 200");
      assertThat(cluster.requests).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zz\r\n", "5\r\nhelloworld\r\n", "-1\r\n", "ffffffffffffffffff\r\n"})
  void badChunkEndsTheConnection(String chunk) throws Exception {
    try (RawClient client = new RawClient(proxy)) {
      client.send("POST /sink HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk);

      assertThat(client.rest()).doesNotContain("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {70_000, 300_000})
  void headerBombIsRefused(int size) throws Exception {
    cluster.requests.clear();
    try (RawClient client = new RawClient(proxy)) {
      client.send("GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: " + "a".repeat(size) + "\r\n\r\n");

      assertThat(client.head()).startsWith("HTTP/1.1 431 ");
      assertThat(cluster.requests).isEmpty();
    } catch (java.net.SocketException e) {
      // Closed while the rest was still being sent: refused as well.
      assertThat(cluster.requests).isEmpty();
    }
  }
}
