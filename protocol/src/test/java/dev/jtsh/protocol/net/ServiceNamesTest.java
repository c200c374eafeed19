// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import javax.net.ssl.SNIHostName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceNamesTest {
  @Test
  void checkVectorsHold() {
    assertThat(ServiceNames.authServerName("root")).isEqualTo("726f6f74.teleport.cluster.local");
    assertThat(ServiceNames.authAlpnList("root"))
        .containsExactly("teleport-auth@726f6f74.teleport.cluster.local", "h2");
  }

  @ParameterizedTest
  @CsvSource({
    "p.example.com, kube-teleport-proxy-alpn.p.example.com",
    "P.Example.com, kube-teleport-proxy-alpn.p.example.com",
    "127.0.0.1, kube-teleport-proxy-alpn.teleport.cluster.local",
    "::1, kube-teleport-proxy-alpn.teleport.cluster.local",
    "[::1], kube-teleport-proxy-alpn.teleport.cluster.local",
    "'', kube-teleport-proxy-alpn.teleport.cluster.local"
  })
  void kubeNameFollowsTheWebHost(String host, String name) {
    assertThat(ServiceNames.kubeServerName(host)).isEqualTo(name);
    assertThat(ServiceNames.isKubeServerName(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 31, 32, 109})
  void authNameIsAlwaysOneTheJdkAccepts(int length) {
    String cluster = "c".repeat(length);
    String name = ServiceNames.authServerName(cluster);

    assertThat(new SNIHostName(name).getAsciiName()).isEqualTo(name);
    assertThat(name.equals(ServiceNames.INTERNAL_DOMAIN)).isEqualTo(length > 31);
    assertThat(ServiceNames.clusterOfAuthAlpn(ServiceNames.authAlpn(cluster))).contains(cluster);
    assertThat(ServiceNames.authAlpn(cluster).length()).isLessThanOrEqualTo(255);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "teleport-auth@.teleport.cluster.local",
        "teleport-auth@zz.teleport.cluster.local",
        "teleport-auth@7.teleport.cluster.local",
        "teleport-auth@ff.teleport.cluster.local",
        "teleport-auth@72.example.com",
        "teleport-auth@",
        "h2"
      })
  void malformedAuthNamesNameNoCluster(String alpn) {
    assertThat(ServiceNames.clusterOfAuthAlpn(alpn)).isEmpty();
  }

  @Test
  void emptyAndOverlongClusterNamesAreRefused() {
    assertThatThrownBy(() -> ServiceNames.authAlpn(""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ServiceNames.authAlpn("c".repeat(110)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
