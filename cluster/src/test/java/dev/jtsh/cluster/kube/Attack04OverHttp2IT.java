// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.testing.FakeKubernetes;
import dev.jtsh.cluster.testing.FakeProxy;
import dev.jtsh.cluster.testing.Http2Peer;
import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Security rules 4 and 29 where the client speaks HTTP/2, and HTTP/2 itself. */
@ExtendWith(LeakCheck.class)
class Attack04OverHttp2IT {
  private static KubePath path;

  @BeforeAll
  static void start() throws Exception {
    path = new KubePath("h2", "http/1.1");
  }

  @AfterAll
  static void stop() {
    path.close();
  }

  private static Http2Peer peer() throws Exception {
    return new Http2Peer(
        path.proxy.address(), KubePath.SERVER_NAME, path.dev(), path.authorities.hosts());
  }

  private static FakeProxy.Stream get(Http2Peer peer, String target, String... more)
      throws Exception {
    List<String> headers = new ArrayList<>();
    headers.addAll(List.of(":method", "GET", ":scheme", "https", ":authority", "k"));
    headers.addAll(List.of(":path", target));
    headers.addAll(List.of(more));
    return peer.open(true, headers.toArray(String[]::new));
  }

  @Test
  void headerThatWouldBecomeTwoReachesNothing() throws Exception {
    String[][] attempts = {
      {"accept", "a\r\nImpersonate-User: admin"},
      {"accept", "a\nImpersonate-User: admin"},
      {"accept", "a\rb"},
      {"accept", "a\0b"},
      {"connection", "impersonate-user"},
      {"transfer-encoding", "chunked"},
      {"upgrade", "websocket"},
      {"te", "gzip"},
      {"Impersonate-User", "admin"},
      {"x\r\nimpersonate-user", "admin"},
      {"impersonate-user", "kube-dev", "impersonate-user", "admin"},
    };
    for (String[] attempt : attempts) {
      try (Http2Peer peer = peer()) {
        String outcome;
        try {
          outcome = get(peer, "/api/v1/pods", attempt).next();
        } catch (Exception e) {
          outcome = "closed"; // Netty's own encoder or decoder ended it.
        }
        assertThat(outcome)
            .as(attempt[0] + " " + attempt[1])
            .isIn("status 400", "status 403", "reset", "closed");
        assertThat(path.kubernetes.seen).isEmpty();
      }
    }
  }

  @Test
  void targetThatWouldBecomeTwoReachesNothing() throws Exception {
    try (Http2Peer peer = peer()) {
      for (String target :
          List.of("/api HTTP/1.1\r\nX: y", "/api\0", "https://k/api", "*", "", "/a b")) {
        assertThat(get(peer, target).next()).as(target).isIn("status 400", "reset", "closed");
      }
      assertThat(path.kubernetes.seen).isEmpty();
    }
  }

  @Test
  void connectOfAClientIsRefused() throws Exception {
    try (Http2Peer peer = peer()) {
      assertThat(peer.open(false, ":method", "CONNECT", ":authority", "k").next())
          .isEqualTo("status 400");
    }
  }

  @Test
  void manyRequestsAndAWatchShareAConnection() throws Exception {
    try (Http2Peer peer = peer()) {
      FakeProxy.Stream watch = get(peer, "/api/v1/pods?watch=true");
      assertThat(watch.next()).isEqualTo("status 200");
      assertThat(watch.next()).isEqualTo("data first event\n");
      path.kubernetes.seen.clear();
      for (int i = 0; i < 20; i++) {
        FakeProxy.Stream one = get(peer, "/api/v1/pods/" + i);
        assertThat(one.next()).isEqualTo("status 200");
        assertThat(one.next()).isEqualTo("data you asked /api/v1/pods/" + i);
        assertThat(path.kubernetes.seen.poll(10, TimeUnit.SECONDS)).isNotNull();
      }
      watch.cancel();
      assertThat(path.kubernetes.cancelled.poll(10, TimeUnit.SECONDS)).contains("watch=true");
    }
  }

  @Test
  void bodyArrivesWhole() throws Exception {
    try (Http2Peer peer = peer()) {
      FakeProxy.Stream post =
          peer.open(
              false,
              ":method",
              "POST",
              ":scheme",
              "https",
              ":authority",
              "k",
              ":path",
              "/api/v1/pods");
      post.data("z".repeat(700_000), false);
      post.data("end", true);
      assertThat(post.next()).isEqualTo("status 200");
      FakeKubernetes.Seen seen = path.kubernetes.seen.poll(10, TimeUnit.SECONDS);
      assertThat(seen.body()).hasSize(700_003).endsWith("zend");
      assertThat(seen.values("impersonate-user")).containsExactly("kube-dev");
    }
  }
}
