// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.LeakCheck;
import dev.jtsh.cluster.testing.TlsPeer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Security rule 29: what two readers could read differently is refused, and the end. */
@ExtendWith(LeakCheck.class)
class Attack29DesynchronisedHttpIT {
  private static KubePath path;

  @BeforeAll
  static void start() throws Exception {
    path = new KubePath("h2", "http/1.1");
  }

  @AfterAll
  static void stop() {
    path.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST / HTTP/1.1\r\nHost:k\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api HTTP/1.1\r\nHost: k\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "POST /api HTTP/1.1\r\nHost: k\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "POST /api HTTP/1.1\r\nHost: k\r\nContent-Length: +5\r\n\r\nhello",
        "POST /api HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: identity\r\n\r\nhello",
        "POST /api HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "POST /api HTTP/1.1\r\nHost: k\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "GET /api HTTP/1.1\r\nHost: k\r\nAccept: a\r\n b\r\n\r\n",
        "GET /api HTTP/1.1\r\n Host: k\r\n\r\n",
        "GET /api HTTP/1.1\r\nHost: k\r\nAccept: a\0b\r\n\r\n",
        "GET /api HTTP/1.1\r\nHost: k\r\nAccept: a\rb\r\n\r\n",
        "GET /api HTTP/1.1\nHost: k\n\n",
        "GET /api HTTP/1.1\r\n\r\n",
        "GET https://k/api HTTP/1.1\r\nHost: k\r\n\r\n",
        "CONNECT k:443 HTTP/1.1\r\nHost: k\r\n\r\n",
        "TRACE /api HTTP/1.1\r\nHost: k\r\n\r\n",
        "GET //api HTTP/1.1\r\nHost: k\r\n\r\n",
        "GET /api/../version HTTP/1.1\r\nHost: k\r\n\r\n",
        "GET /api/%2e%2e/version HTTP/1.1\r\nHost: k\r\n\r\n",
        "GET /api%2fv1 HTTP/1.1\r\nHost: k\r\n\r\n",
        "GET /api\\v1 HTTP/1.1\r\nHost: k\r\n\r\n",
      })
  void ambiguousRequestIs400AndReachesNothing(String request) throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send(request);
      assertThat(peer.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 400");
      assertThat(path.kubernetes.seen).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zz\r\n\r\n", "-1\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n"})
  void brokenChunkIsNeverTheEndOfABody(String chunks) throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send(
          "POST /api/v1/pods HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
      assertThat(peer.readToEnd()).startsWith("HTTP/1.1 400");
      assertThat(path.kubernetes.seen).isEmpty();
    }
  }
}
