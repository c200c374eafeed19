// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.http.TunnelHeaders;
import dev.jtsh.cluster.testing.FakeProxy;
import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.cluster.testing.TestAuthorities;
import dev.jtsh.pki.tls.TlsIdentity;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attack 30: a certificate that is pinned to an address is used from another one. */
class Attack30FalseAddressIT {
  private static KubePath path;

  @BeforeAll
  static void start() throws Exception {
    path = new KubePath("h2", "http/1.1");
  }

  @AfterAll
  static void stop() {
    path.close();
  }

  private static TlsIdentity pinnedTo(String address) {
    return path.user(TestAuthorities.kubeUser("alice", "kube1", "dev").pinnedIp(address));
  }

  @Test
  void pinnedCertificateIsServedFromItsOwnAddress() throws Exception {
    assertThat(path.get(pinnedTo("127.0.0.1"), "/api/v1/pods")).startsWith("HTTP/1.1 200");
    assertThat(path.kubernetes.seen.poll()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: */*",
        "X-Forwarded-For: 192.0.2.1",
        "X-Real-Ip: 192.0.2.1",
        "Forwarded: for=192.0.2.1",
        "jtsh-caller-address: 192.0.2.1:4000",
        "Jtsh-Caller-Address: 192.0.2.1:4000"
      })
  void noHeaderMovesTheCallerToThePinnedAddress(String header) throws Exception {
    assertThat(path.get(pinnedTo("192.0.2.1"), "/api/v1/pods", header))
        .startsWith("HTTP/1.1 403")
        .contains("pinned IP doesn't match observed client IP");
    assertThat(path.kubernetes.seen).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1:4000, status 200",
    "192.0.2.2:4000, status 403",
    "'', status 403",
    "192.0.2.1, status 403",
    "192.0.2.1.example:1, status 403"
  })
  void agentChecksTheAddressThatTheProxySaw(String seen, String outcome) throws Exception {
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
          Base64.getEncoder().encodeToString(pinnedTo("192.0.2.1").leaf().getEncoded()));
      if (!seen.isEmpty()) {
        headers.put(TunnelHeaders.CALLER_ADDRESS, seen);
      }
      assertThat(proxy.open(true, headers).next()).isEqualTo(outcome);
    }
    path.kubernetes.seen.clear();
  }
}
