// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.http.TunnelHeaders;
import dev.jtsh.cluster.testing.FakeProxy;
import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.TestAuthorities;
import dev.jtsh.cluster.testing.TlsPeer;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Security rules 20 and 21: locks and ends are looked at again on connections that are open. */
class Attack21LockedOutIT {
  private static final String REQUEST = "cb483ac7-2386-5991-9b89-9373500afe25";
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
  void unlock() {
    path.locks.clear();
    path.kubernetes.seen.clear();
  }

  private static UserIdentity.Builder alice() {
    return TestAuthorities.kubeUser("alice", "kube1", "dev")
        .mfaVerified("key-1")
        .headlessRequestId(REQUEST);
  }

  private static void lock(Lock.Kind kind, String name, boolean onlyOlder) {
    path.locks.put(name, new Lock("l", kind, name, "ask security", Instant.now(), null, onlyOlder));
  }

  @ParameterizedTest
  @CsvSource({
    "USER, alice, 403",
    "ROLE, dev, 403",
    "MFA_DEVICE, key-1, 403",
    "HEADLESS_REQUEST, cb483ac7-2386-5991-9b89-9373500afe25, 403",
    "USER, bob, 200",
    "ROLE, ops, 200",
    "MFA_DEVICE, key-2, 200",
    "HEADLESS_REQUEST, cb483ac7-2386-5991-9b89-9373500afe26, 200"
  })
  void lockStopsTheNextRequestOnAnOpenConnection(Lock.Kind kind, String name, int status)
      throws Exception {
    try (TlsPeer peer = path.http1(path.user(alice()))) {
      peer.send("GET /api/v1/pods HTTP/1.1\r\nHost: k\r\n\r\n");
      assertThat(peer.readAnswer()).startsWith("HTTP/1.1 200");
      lock(kind, name, false);
      peer.send("GET /api/v1/pods HTTP/1.1\r\nHost: k\r\n\r\n");
      String answer = peer.readAnswer();
      assertThat(answer).startsWith("HTTP/1.1 " + status);
      if (status == 403) {
        assertThat(answer).contains("is in force: ask security");
      }
    }
  }

  /** The proxy may be hacked, or its view old: the agent looks for itself. */
  @Test
  void agentRefusesALockedUserThatAProxySends() throws Exception {
    lock(Lock.Kind.USER, "alice", false);
    try (FakeProxy proxy = new FakeProxy(path.authorities.proxy(), path.authorities.hosts());
        KubeAgent agent =
            path.startAgent(path.authorities.agent("kube1"), proxy.address(), "kube1")) {
      assertThat(agent).isNotNull();
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put(":method", "GET");
      headers.put(":scheme", "https");
      headers.put(":path", "/api/v1/pods");
      headers.put(":authority", "k");
      headers.put(
          TunnelHeaders.USER_CERTIFICATE,
          Base64.getEncoder().encodeToString(path.user(alice()).leaf().getEncoded()));
      assertThat(proxy.open(true, headers).next()).isEqualTo("status 403");
    }
    assertThat(path.kubernetes.seen).isEmpty();
  }

  @Test
  void lockCutsOffAWatchThatIsUnderWay() throws Exception {
    try (TlsPeer peer = path.http1(path.user(alice()))) {
      peer.send("GET /api/v1/pods?watch=true HTTP/1.1\r\nHost: k\r\n\r\n");
      peer.readUntil("first event");
      path.events.clear();
      path.kubernetes.cancelled.clear();
      lock(Lock.Kind.USER, "alice", false);

      assertThat(path.kubernetes.cancelled.poll(10, TimeUnit.SECONDS)).isNotNull();
      assertThat(path.events.poll(10, TimeUnit.SECONDS))
          .contains("client.disconnect", "T3006I", "\"user\":\"alice\"");
    }
  }

  @Test
  void lockOfARemovedUserLeavesLaterCertificatesAlone() throws Exception {
    path.locks.put(
        "alice",
        new Lock(
            "l", Lock.Kind.USER, "alice", "", Instant.now().minus(Duration.ofDays(9)), null, true));
    assertThat(path.get(path.user(alice()), "/api/v1/pods")).startsWith("HTTP/1.1 200");

    path.locks.put(
        "alice",
        new Lock("l", Lock.Kind.USER, "alice", "", Instant.now().plusSeconds(600), null, true));
    assertThat(path.get(path.user(alice()), "/api/v1/pods")).startsWith("HTTP/1.1 403");
  }

  @ParameterizedTest
  @CsvSource({"false, true, true", "false, false, false", "true, false, true"})
  void openStreamOutlivesItsCertificateOnlyWhereNothingForbidsIt(
      boolean headless, boolean disconnect, boolean cutOff) throws Exception {
    Role dev = java.util.Objects.requireNonNull(path.roles.get("dev"));
    path.roles.put("dev", dev.withSessionRules(disconnect, false, false));
    UserIdentity user = alice().headlessRequestId(headless ? REQUEST : "").build();
    TlsIdentity soon = path.authorities.user(user, Duration.ofSeconds(2));
    try (TlsPeer peer = path.http1(soon)) {
      peer.send("GET /api/v1/pods?watch=true HTTP/1.1\r\nHost: k\r\n\r\n");
      peer.readUntil("first event");
      path.kubernetes.cancelled.clear();
      String cut = path.kubernetes.cancelled.poll(cutOff ? 10 : 5, TimeUnit.SECONDS);
      assertThat(cut != null).isEqualTo(cutOff);
    } finally {
      path.roles.put("dev", dev);
    }
  }
}
