// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.http.TunnelHeaders;
import dev.jtsh.cluster.testing.FakeProxy;
import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.LeakCheck;
import dev.jtsh.cluster.testing.TlsPeer;
import dev.jtsh.pki.tls.TlsIdentity;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Security rule 5: nothing is piped before, or without, Kubernetes' own 101 of that protocol. */
@ExtendWith(LeakCheck.class)
class Attack05UpgradeWithoutASwitchIT {
  private static final String EXEC = "/api/v1/namespaces/d/pods/p/exec";
  private static final String NEXT =
      "GET /api/v1/secrets HTTP/1.1\r\nHost: k\r\nImpersonate-User: admin\r\n\r\n";
  private static KubePath path;

  @BeforeAll
  static void start() throws Exception {
    path = new KubePath("h2", "http/1.1");
  }

  @AfterAll
  static void stop() {
    path.close();
  }

  @AfterEach
  void nothingWasSmuggled() {
    path.kubernetes.seen.clear();
    assertThat(path.kubernetes.smuggled).isEmpty();
  }

  private static String upgrade(String target, String protocol) {
    return "GET "
        + target
        + " HTTP/1.1\r\nHost: k\r\nConnection: Upgrade\r\nUpgrade: "
        + protocol
        + "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 403, 404, 500})
  void otherAnswerIsDeliveredByItsLengthAndBothConnectionsEnd(int status) throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send(upgrade(EXEC + "?container=answer-" + status, "websocket"));
      assertThat(peer.readUntil("no upgrade"))
          .startsWith("HTTP/1.1 " + status)
          .containsIgnoringCase("connection: close")
          .doesNotContain("jtsh-");
      peer.send(NEXT);
      assertThat(peer.readToEnd()).isEmpty();
    }
  }

  @Test
  void switchToAnotherProtocolIsNoSwitch() throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send(upgrade(EXEC + "?container=wrong-protocol", "websocket"));
      assertThat(peer.readToEnd()).startsWith("HTTP/1.1 502");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/pods",
        "/api/v1/pods?watch=true",
        "/api/v1/namespaces/d/pods/p",
        "/api/v1/namespaces/d/pods/p/log",
        "/version"
      })
  void ordinaryPathsAreNeverUpgraded(String target) throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send(upgrade(target, "websocket"));
      assertThat(peer.readToEnd()).startsWith("HTTP/1.1 400");
      assertThat(path.kubernetes.seen).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2c", "TLS/1.0", "websocket, SPDY/3.1", "http/1.1", ""})
  void onlyTheTwoStreamProtocolsAreKnown(String protocol) throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send(upgrade(EXEC, protocol));
      assertThat(peer.readToEnd()).startsWith("HTTP/1.1 400");
      assertThat(path.kubernetes.seen).isEmpty();
    }
  }

  @Test
  void upgradeWithABodyIsRefused() throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send(
          "POST "
              + EXEC
              + " HTTP/1.1\r\nHost: k\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
              + "Content-Length: 5\r\n\r\nhello");
      assertThat(peer.readToEnd()).startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void bytesBeforeTheSwitchEndTheConnection() throws Exception {
    for (String early : new String[] {NEXT, "GET", "\0\0\0"}) {
      try (TlsPeer peer = path.http1(path.dev())) {
        peer.send(upgrade(EXEC, "websocket") + early);
        assertThat(peer.readToEnd()).doesNotContain("101", "hello|");
      }
    }
  }

  @Test
  void pathWorksAfterAllThat() throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send(upgrade(EXEC, "websocket"));
      assertThat(peer.readUntil("hello|")).startsWith("HTTP/1.1 101");
      peer.send("bye");
      assertThat(peer.readToEnd()).isEqualTo("bye");
    }
  }

  private static Map<String, String> connect(TlsIdentity user, String target, String protocol)
      throws Exception {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(":method", "CONNECT");
    headers.put(":authority", "k");
    headers.put(
        TunnelHeaders.USER_CERTIFICATE,
        Base64.getEncoder().encodeToString(user.leaf().getEncoded()));
    headers.put(TunnelHeaders.UPGRADE, protocol);
    headers.put(TunnelHeaders.METHOD, "GET");
    headers.put(TunnelHeaders.PATH, target);
    return headers;
  }

  /** The same on the agent's hop, from a proxy that does what it likes. */
  @Test
  void agentHoldsTheRuleAgainstAProxyToo() throws Exception {
    try (FakeProxy proxy = new FakeProxy(path.authorities.proxy(), path.authorities.hosts());
        KubeAgent agent =
            path.startAgent(path.authorities.agent("kube1"), proxy.address(), "kube1")) {
      assertThat(agent).isNotNull();
      var early = proxy.open(false, connect(path.dev(), EXEC, "websocket"));
      early.data("early", false);
      assertThat(early.next()).isIn("reset", "closed");

      var refused =
          proxy.open(false, connect(path.dev(), EXEC + "?container=answer-200", "websocket"));
      assertThat(refused.next()).isEqualTo("status 200");
      assertThat(refused.next()).startsWith("data no upgrade");
      refused.data(NEXT, false);

      var ordinary = proxy.open(false, connect(path.dev(), "/api/v1/pods", "websocket"));
      assertThat(ordinary.next()).isEqualTo("status 400");
      var unknown = proxy.open(false, connect(path.dev(), EXEC, "h2c"));
      assertThat(unknown.next()).isEqualTo("status 400");

      var good = proxy.open(false, connect(path.dev(), EXEC, "websocket"));
      assertThat(good.next()).isEqualTo("status 200");
      assertThat(good.next()).isEqualTo("data hello|");
      good.data("bye", false);
      assertThat(good.next()).isEqualTo("data bye");
      assertThat(path.kubernetes.smuggled.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }
  }
}
