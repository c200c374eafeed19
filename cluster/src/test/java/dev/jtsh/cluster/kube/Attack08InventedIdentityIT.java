// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.http.TunnelHeaders;
import dev.jtsh.cluster.testing.FakeProxy;
import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.TestAuthorities;
import dev.jtsh.cluster.testing.TlsPeer;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.net.ServiceNames;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Security rule 8: identity comes from the user's certificate; every kind has one endpoint. */
class Attack08InventedIdentityIT {
  private static KubePath path;
  private static TestAuthorities foreign;

  @BeforeAll
  static void start() throws Exception {
    path = new KubePath("h2", "http/1.1");
    foreign = new TestAuthorities();
  }

  @AfterAll
  static void stop() {
    path.close();
    foreign.close();
  }

  private static UserIdentity.Builder alice() {
    return TestAuthorities.kubeUser("alice", "kube1", "dev");
  }

  private static Map<String, String> get(@Nullable X509Certificate forwarded) throws Exception {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(":method", "GET");
    headers.put(":scheme", "https");
    headers.put(":path", "/api/v1/pods");
    headers.put(":authority", "k");
    if (forwarded != null) {
      headers.put(
          TunnelHeaders.USER_CERTIFICATE,
          Base64.getEncoder().encodeToString(forwarded.getEncoded()));
    }
    return headers;
  }

  /** What a compromised proxy may try. */
  @Test
  void agentBelievesNothingButAUsersCertificate() throws Exception {
    var authorities = path.authorities;
    Map<String, X509Certificate> wrong = new LinkedHashMap<>();
    wrong.put("foreign user CA", foreign.user(alice().build()).leaf());
    wrong.put(
        "signed by the host CA",
        authorities.issue(authorities.hostCa, alice().build(), Duration.ofHours(1)).leaf());
    wrong.put("agent's certificate", authorities.agent("kube1").leaf());
    wrong.put("proxy's certificate", authorities.proxy().leaf());
    wrong.put("expired", authorities.user(alice().build(), Duration.ofMinutes(-1)).leaf());
    wrong.put("the user CA itself", authorities.userCa.certificate());
    wrong.put("for apps", authorities.user(alice().usage(List.of("usage:apps")).build()).leaf());
    wrong.put(
        "for another cluster", authorities.user(alice().routeToCluster("leaf").build()).leaf());
    wrong.put(
        "issued in another cluster",
        authorities.user(alice().teleportCluster("leaf").build()).leaf());
    wrong.put(
        "for another kube cluster",
        authorities.user(alice().kubernetesCluster("kube9").build()).leaf());
    wrong.put("pinned elsewhere", authorities.user(alice().pinnedIp("192.0.2.1").build()).leaf());
    try (FakeProxy proxy = new FakeProxy(authorities.proxy(), authorities.hosts());
        KubeAgent agent = path.startAgent(authorities.agent("kube1"), proxy.address(), "kube1")) {
      assertThat(agent).isNotNull();
      for (var attempt : wrong.entrySet()) {
        var stream = proxy.open(true, get(attempt.getValue()));
        assertThat(stream.next()).as(attempt.getKey()).isIn("status 403", "status 404");
      }
      var none = get(null);
      none.put(
          "teleport-impersonate-user",
          "{\"Username\":\"alice\",\"Groups\":[\"dev\"],\"KubernetesCluster\":\"kube1\"}");
      assertThat(proxy.open(true, none).next()).isEqualTo("status 403");
      var garbage = get(null);
      garbage.put(TunnelHeaders.USER_CERTIFICATE, "AAAA");
      assertThat(proxy.open(true, garbage).next()).isEqualTo("status 403");
      assertThat(path.kubernetes.seen).isEmpty();
      assertThat(proxy.open(true, get(path.dev().leaf())).next()).isEqualTo("status 200");
      assertThat(path.kubernetes.seen.poll()).isNotNull();
    }
  }

  @Test
  void agentSpeaksOnlyToAProxyOfItsCluster() throws Exception {
    var authorities = path.authorities;
    List<String> names = List.of("*.teleport.cluster.local", "teleport.cluster.local");
    for (TlsIdentity peer :
        List.of(
            authorities.host("Kube", names, List.of()),
            authorities.host("Node", names, List.of()),
            foreign.host("Proxy", names, List.of()))) {
      try (FakeProxy proxy = new FakeProxy(peer, authorities.hosts());
          KubeAgent agent = path.startAgent(authorities.agent("kube1"), proxy.address(), "kube1")) {
        assertThat(agent).isNotNull();
        String outcome;
        try {
          outcome = proxy.open(true, get(path.dev().leaf())).next();
        } catch (Exception | AssertionError e) {
          outcome = "no stream";
        }
        assertThat(outcome).isIn("no stream", "closed", "reset");
      }
    }
    assertThat(path.kubernetes.seen).isEmpty();
  }

  /** Every kind of certificate at the kube front and at the tunnel: one cell each is open. */
  @Test
  void everyKindOpensOnlyItsOwnDoor() throws Exception {
    var authorities = path.authorities;
    Map<String, TlsIdentity> kinds = new LinkedHashMap<>();
    kinds.put("user", path.dev());
    kinds.put(
        "user with a builtin role's name",
        authorities.user(TestAuthorities.kubeUser("eve", "kube1", "Kube", "Proxy").build()));
    kinds.put("agent", authorities.agent("kube1"));
    kinds.put("proxy", authorities.proxy());
    kinds.put("auth", authorities.host("Auth", List.of(), List.of()));
    kinds.put("foreign user", foreign.user(alice().build()));
    kinds.put("foreign agent", foreign.agent("kube1"));
    for (var kind : kinds.entrySet()) {
      boolean served =
          outcome(() -> path.get(kind.getValue(), "/api/v1/pods")).startsWith("HTTP/1.1 200");
      assertThat(served)
          .as("%s at the kube front", kind.getKey())
          .isEqualTo(kind.getKey().equals("user"));
      boolean tunnel = tunnelOpens(kind.getValue());
      assertThat(tunnel)
          .as("%s at the tunnel", kind.getKey())
          .isEqualTo(kind.getKey().equals("agent"));
    }
    assertThat(tunnelOpens(null)).isFalse();
    path.kubernetes.seen.clear();
  }

  private interface Attempt {
    String run() throws Exception;
  }

  private static String outcome(Attempt attempt) {
    try {
      return attempt.run();
    } catch (Exception | AssertionError e) {
      return "refused: " + e;
    }
  }

  /** An open tunnel begins with the proxy's HTTP/2 preface. */
  private static boolean tunnelOpens(@Nullable TlsIdentity identity) {
    String outcome =
        outcome(() -> {
          try (TlsPeer peer =
              TlsPeer.connect(
                  path.proxy.address(),
                  "teleport.cluster.local",
                  identity,
                  path.authorities.hosts(),
                  ServiceNames.AGENT_TUNNEL)) {
            return peer.readUntil("SM\r\n\r\n");
          }
        });
    return outcome.startsWith("PRI * HTTP/2.0");
  }

  @Test
  void expiryIsCheckedOnAnOpenConnectionToo() throws Exception {
    TlsIdentity soon = path.authorities.user(alice().build(), Duration.ofSeconds(3));
    try (TlsPeer peer = path.http1(soon)) {
      peer.send("GET /api/v1/pods HTTP/1.1\r\nHost: k\r\n\r\n");
      assertThat(peer.readAnswer()).startsWith("HTTP/1.1 200");
      var end = soon.leaf().getNotAfter().toInstant();
      while (!java.time.Instant.now().isAfter(end)) {
        Thread.sleep(50);
      }
      peer.send("GET /api/v1/pods HTTP/1.1\r\nHost: k\r\n\r\n");
      assertThat(peer.readAnswer()).startsWith("HTTP/1.1 403").contains("expired");
    }
    path.kubernetes.seen.clear();
  }
}
