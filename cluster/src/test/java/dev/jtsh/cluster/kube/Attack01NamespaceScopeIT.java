// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.TestAuthorities;
import dev.jtsh.cluster.testing.TlsPeer;
import dev.jtsh.pki.tls.TlsIdentity;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attack 1: a session that was approved for one namespace reaches for more, by any spelling. */
class Attack01NamespaceScopeIT {
  private static KubePath path;
  private static TlsIdentity limited;

  @BeforeAll
  static void start() throws Exception {
    path = new KubePath("h2", "http/1.1");
    limited = limitedTo("dev");
  }

  @AfterAll
  static void stop() {
    path.close();
  }

  private static TlsIdentity limitedTo(String... namespaces) {
    return path.user(
        TestAuthorities.kubeUser("alice", "kube1", "dev")
            .kubernetesNamespaces(List.of(namespaces)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/namespaces/dev/pods", "/api/v1/namespaces/dev", "/apis/apps/v1"})
  void whatWasApprovedIsServed(String target) throws Exception {
    assertThat(path.get(limited, target)).startsWith("HTTP/1.1 200");
    assertThat(path.kubernetes.seen.poll()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/namespaces/prod/pods",
        "/api/v1/namespaces/%70rod/secrets/s",
        "/api/v1/namespaces/dev/../prod/pods",
        "/api/v1/namespaces/dev%2f..%2fprod/pods",
        "/api/v1//namespaces/prod/pods",
        "/api/v1/watch/namespaces/prod/pods",
        "/api/v1/pods",
        "/api/v1/secrets?fieldSelector=metadata.namespace=dev",
        "/api/v1/nodes",
        "/api/v1/namespaces",
        "/metrics"
      })
  void nothingElseReachesKubernetes(String target) throws Exception {
    assertThat(path.get(limited, target))
        .satisfiesAnyOf(
            answer ->
                assertThat(answer)
                    .startsWith("HTTP/1.1 403")
                    .contains("limited to namespace", "\"kind\":\"Status\""),
            answer -> assertThat(answer).startsWith("HTTP/1.1 400"));
    assertThat(path.kubernetes.seen).isEmpty();
  }

  @Test
  void execInAnotherNamespaceIsRefusedBeforeTheConnectionBecomesAPipe() throws Exception {
    String request =
        String.join(
            "\r\n",
            "GET /api/v1/namespaces/prod/pods/p/exec?command=sh HTTP/1.1",
            "Host: k",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: v5.channel.k8s.io",
            "",
            "");
    try (TlsPeer peer = path.http1(limited)) {
      peer.send(request);
      assertThat(peer.readAnswer()).startsWith("HTTP/1.1 403").contains("limited to namespace");
    }
    assertThat(path.kubernetes.seen).isEmpty();
  }

  @Test
  void limitThatCannotBeReadIsNoOpenDoor() throws Exception {
    assertThat(path.get(limitedTo("*"), "/api/v1/namespaces/dev/pods")).startsWith("HTTP/1.1 403");
    assertThat(path.kubernetes.seen).isEmpty();
  }
}
