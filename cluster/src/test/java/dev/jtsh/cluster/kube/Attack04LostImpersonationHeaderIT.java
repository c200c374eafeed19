// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.testing.FakeKubernetes;
import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.TlsPeer;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Security rule 4: whatever a client sends, Kubernetes sees exactly the identity decided on. */
class Attack04LostImpersonationHeaderIT {
  private static final Set<String> ALLOWED_AT_KUBERNETES =
      Set.of(
          "host",
          "accept",
          "user-agent",
          "impersonate-user",
          "impersonate-group",
          "x-http2-scheme",
          "x-http2-stream-id",
          "x-http2-stream-weight",
          "x-http2-path",
          "transfer-encoding",
          "content-length");
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
        "Connection: Impersonate-User, Impersonate-Group",
        "Connection: close, impersonate-user",
        "impersonate-USER: kube-dev",
        "Impersonate_User: admin",
        "IMPERSONATE_GROUP: system:masters",
        "TE: trailers, deflate",
        "Trailer: Impersonate-User",
        "Proxy-Authorization: Basic YTpi",
        "Proxy-Connection: Impersonate-User",
        "Keep-Alive: timeout=5",
        "Authorization: Bearer stolen",
        "Cookie: session=1",
        "X-Remote-User: admin",
        "X-Remote-Group: system:masters",
        "X-Remote-Extra-Scopes: all",
        "X-Forwarded-For: 10.0.0.1",
        "X-Forwarded-User: admin",
        "X-Real-IP: 10.0.0.1",
        "Forwarded: for=10.0.0.1",
        "jtsh-user-certificate: forged",
        "jtsh-caller-address: 10.0.0.1:1",
        "jtsh-impersonation-wish: User=admin",
        "jtsh-upgrade: websocket",
        "X-HTTP-Method-Override: DELETE",
      })
  void oneHeaderOfTheClientChangesNothing(String header) throws Exception {
    String answer = path.get(path.dev(), "/api/v1/pods", header, "Accept: a/b");
    assertThat(answer).startsWith("HTTP/1.1 200");
    FakeKubernetes.Seen seen = path.kubernetes.seen.poll(10, TimeUnit.SECONDS);
    assertThat(seen).isNotNull();
    assertThat(seen.values("impersonate-user")).containsExactly("kube-dev");
    assertThat(seen.values("impersonate-group"))
        .containsExactlyInAnyOrder("devs", "system:authenticated");
    Set<String> names = new TreeSet<>();
    seen.headers()
        .forEach(h -> names.add(h.substring(0, h.indexOf(':')).toLowerCase(java.util.Locale.ROOT)));
    assertThat(ALLOWED_AT_KUBERNETES).containsAll(names);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Impersonate-User: kube-dev\r\nImpersonate-User: admin",
        "Impersonate-User: kube-dev\r\nimpersonate-user: kube-dev",
        "Impersonate-User: kube-dev, admin",
        "Impersonate-User: admin",
        "Impersonate-Group: devs, system:masters",
        "Impersonate-Group: system:masters",
        "Impersonate-Uid: 0",
        "Impersonate-Extra-Scopes: all",
        "impersonate-: x",
        "Teleport-Impersonate-User: {}",
        "teleport-impersonate-ip: 10.0.0.1:1",
      })
  void identityThatIsNotAllowedIsRefusedAndReachesNothing(String headers) throws Exception {
    String answer = path.get(path.dev(), "/api/v1/pods", headers);
    assertThat(answer).startsWith("HTTP/1.1 403");
    assertThat(path.kubernetes.seen.poll()).isNull();
  }

  @Test
  void forwardedCredentialsOfAClientAreRefusedInTeleportsWords() throws Exception {
    assertThat(path.get(path.dev(), "/api", "Teleport-Impersonate-User: {}"))
        .endsWith(
            "{\"error\":{\"message\":"
                + "\"Credentials forwarding is only permitted for Proxy\"}}");
  }

  @Test
  void trailerNeverBecomesAHeader() throws Exception {
    try (TlsPeer peer = path.http1(path.dev())) {
      peer.send(
          String.join(
              "\r\n",
              "POST /api/v1/pods HTTP/1.1",
              "Host: k",
              "Transfer-Encoding: chunked",
              "Trailer: Impersonate-User",
              "",
              "1",
              "a",
              "0",
              "Impersonate-User: admin",
              "",
              ""));
      assertThat(peer.readAnswer()).startsWith("HTTP/1.1 200");
    }
    FakeKubernetes.Seen seen = path.kubernetes.seen.poll(10, TimeUnit.SECONDS);
    assertThat(seen.values("impersonate-user")).containsExactly("kube-dev");
    assertThat(seen.headers()).noneMatch(h -> h.startsWith("trailer "));
  }
}
