// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.testing.FakeKubernetes;
import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.LeakCheck;
import dev.jtsh.cluster.testing.TestAuthorities;
import dev.jtsh.cluster.testing.TlsPeer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A request from the user's TLS connection to Kubernetes and back. */
@ExtendWith(LeakCheck.class)
class KubePathIT {
  private static KubePath path;

  @BeforeAll
  static void start() throws Exception {
    path = new KubePath("h2", "http/1.1");
  }

  @AfterAll
  static void stop() {
    path.close();
  }

  private static FakeKubernetes.Seen seen() throws InterruptedException {
    FakeKubernetes.Seen seen = path.kubernetes.seen.poll(10, TimeUnit.SECONDS);
    assertThat(seen).as("a request at Kubernetes").isNotNull();
    return seen;
  }

  @Test
  void requestArrivesImpersonatedAndIsAudited() throws Exception {
    path.events.clear();
    String answer = path.get(path.dev(), "/api/v1/nodes?limit=500");
    assertThat(answer).startsWith("HTTP/1.1 200").endsWith("you asked /api/v1/nodes?limit=500");
    FakeKubernetes.Seen seen = seen();
    assertThat(seen.http2()).isTrue();
    assertThat(seen.values("impersonate-user")).containsExactly("kube-dev");
    assertThat(seen.values("impersonate-group"))
        .containsExactlyInAnyOrder("devs", "system:authenticated");
    String event = path.events.poll(10, TimeUnit.SECONDS);
    assertThat(event)
        .contains("\"event\":\"kube.request\"", "\"code\":\"T3009I\"", "\"user\":\"alice\"")
        .contains("\"resource_kind\":\"nodes\"", "\"response_code\":200")
        .contains("\"kubernetes_cluster\":\"kube1\"", "\"verb\":\"GET\"");
  }

  @Test
  void severalRequestsGoOverOneConnectionOneAfterTheOther() throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      for (int i = 0; i < 5; i++) {
        peer.send("GET /api/v1/pods/" + i + " HTTP/1.1\r\nHost: k\r\n\r\n");
        assertThat(peer.readAnswer()).endsWith("you asked /api/v1/pods/" + i);
        seen();
      }
      peer.send(
          "POST /api/v1/namespaces HTTP/1.1\r\nHost: k\r\nContent-Length: 4\r\n\r\nbody"
              + "PUT /api/v1/namespaces/x HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\nabc\r\n0\r\nImpersonate-User: eve\r\n\r\n");
      assertThat(peer.readAnswer()).endsWith("/api/v1/namespaces");
      assertThat(peer.readAnswer()).endsWith("/api/v1/namespaces/x");
      assertThat(seen().body()).isEqualTo("body");
      FakeKubernetes.Seen second = seen();
      assertThat(second.body()).isEqualTo("abc");
      assertThat(second.headers()).noneMatch(h -> h.startsWith("trailer"));
    }
  }

  @Test
  void watchStreamsAndItsEndReachesKubernetes() throws Exception {
    TlsPeer peer = path.http1(path.dev());
    peer.send("GET /api/v1/pods?watch=true HTTP/1.1\r\nHost: k\r\n\r\n");
    peer.readUntil("first event\n");
    seen();
    peer.close();
    assertThat(path.kubernetes.cancelled.poll(10, TimeUnit.SECONDS)).contains("watch=true");
  }

  @Test
  void bigAnswerArrivesWhole() throws Exception {
    assertThat(path.get(path.dev(), "/api/v1/pods/big"))
        .endsWith("x".repeat(1000))
        .hasSizeGreaterThan(8 << 20);
    seen();
  }

  @Test
  void trailersOfAnAnswerArePassedOn() throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send("GET /api/v1/pods/trailers HTTP/1.1\r\nHost: k\r\n\r\n");
      assertThat(peer.readUntil("0\r\n")).contains("body");
      assertThat(peer.readUntil("\r\n\r\n")).containsIgnoringCase("x-check: sum");
      seen();
    }
  }

  @Test
  void headAnswerHasNoBodyAndTheConnectionGoesOn() throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send("HEAD /api/v1/pods/a HTTP/1.1\r\nHost: k\r\n\r\n");
      assertThat(peer.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
      peer.send("GET /api/v1/pods/b HTTP/1.1\r\nHost: k\r\n\r\n");
      assertThat(peer.readAnswer()).startsWith("HTTP/1.1 200").endsWith("/api/v1/pods/b");
      seen();
      seen();
    }
  }

  @Test
  void execBecomesAPipeBothWays() throws Exception {
    path.events.clear();
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send(
          String.join(
              "\r\n",
              "POST /api/v1/namespaces/d/pods/p/exec?command=sh&command=-c&tty=yes&container=c HTTP/1.1",
              "Host: k",
              "Connection: Upgrade",
              "Upgrade: SPDY/3.1",
              "Content-Length: 0",
              "X-Stream-Protocol-Version: v4.channel.k8s.io",
              "",
              ""));
      assertThat(peer.readUntil("\r\n\r\n"))
          .startsWith("HTTP/1.1 101")
          .containsIgnoringCase("upgrade: SPDY/3.1")
          .containsIgnoringCase("x-stream-protocol-version: v4.channel.k8s.io")
          .doesNotContain("jtsh");
      peer.readUntil("hello|");
      peer.send("y".repeat(500_000) + "!");
      assertThat(peer.readUntil("!")).hasSize(500_001);
      peer.send("last words, bye");
      assertThat(peer.readToEnd()).isEqualTo("last words, bye");
      FakeKubernetes.Seen seen = seen();
      assertThat(seen.http2()).isFalse();
      assertThat(seen.values("impersonate-user")).containsExactly("kube-dev");
      assertThat(seen.uri()).endsWith("?command=sh&command=-c&tty=true&container=c");
      assertThat(path.events.poll(10, TimeUnit.SECONDS))
          .contains("\"code\":\"T3002I\"", "\"command\":\"sh -c\"", "\"interactive\":true")
          .contains("\"kubernetes_pod_name\":\"p\"", "\"kubernetes_pod_namespace\":\"d\"")
          .contains("\"kubernetes_container_name\":\"c\"");
    }
  }

  /** The end may come before there is a pipe: a command that prints a word and is gone. */
  @Test
  void lastWordsOfABriefCommandArrive() throws Exception {
    for (int i = 0; i < 200; i++) {
      try (TlsPeer peer = path.http1(path.dev())) {
        peer.send(
            String.join(
                "\r\n",
                "GET /api/v1/namespaces/d/pods/p/exec?container=brief HTTP/1.1",
                "Host: k",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "",
                ""));
        assertThat(peer.readToEnd()).as("time %d", i).endsWith("hello|");
      }
      seen();
      String event = "";
      while (!event.contains("brief")) { // Each is waited for, so that no other test meets it.
        event = String.valueOf(path.events.poll(10, TimeUnit.SECONDS));
        assertThat(event).isNotEqualTo("null");
      }
    }
  }

  @Test
  void clusterWithoutAnAgentIsNotFound() throws Exception {
    var other = path.user(TestAuthorities.kubeUser("alice", "nowhere", "dev"));
    assertThat(path.get(other, "/api/v1/pods"))
        .startsWith("HTTP/1.1 404")
        .contains(
            "kubernetes cluster \\\"nowhere\\\" is not found in teleport cluster \\\"root\\\"");
  }

  @Test
  void withoutACertificateTheAnswerIsAForbiddenStatus() throws Exception {
    assertThat(path.get(null, "/api/v1/pods"))
        .startsWith("HTTP/1.1 403")
        .contains("\"kind\":\"Status\"", "[00] access denied");
    assertThat(path.get(null, "/version"))
        .startsWith("HTTP/1.1 500")
        .endsWith("[00] access denied");
  }

  @Test
  void agentComesBackAfterItsConnectionsWereCut() throws Exception {
    path.stopAgent();
    path.awaitCluster("kube1", false);
    assertThat(path.get(path.dev(), "/api/v1/pods")).startsWith("HTTP/1.1 404");
    path.restartAgent(path.proxy.address());
    path.awaitCluster("kube1", true);
    assertThat(path.get(path.dev(), "/api/v1/pods")).startsWith("HTTP/1.1 200");
    seen();
  }
}
