// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostIdentityTest {
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Instant END = START.plusSeconds(3600);
  private static final HeldKey KEY = HeldKey.generate(KeyKind.P256);
  private static final CertificateAuthority AUTHORITY =
      CertificateAuthority.create("tptest", KEY, START, END);

  @AfterAll
  static void close() {
    KEY.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"03-auth-server-cert.pem", "04-kube-server-cert.pem"})
  void recordedHostMadeAgainHasEqualSubjectAndNames(String file) {
    X509Certificate recorded = Recorded.certificate(file);

    X509Certificate ours =
        AUTHORITY.issueHost(HostIdentity.of(recorded), KEY.publicKey(), START, END);

    assertThat(ours.getSubjectX500Principal().getEncoded())
        .isEqualTo(recorded.getSubjectX500Principal().getEncoded());
    assertThat(ours.getExtensionValue("2.5.29.17"))
        .isEqualTo(recorded.getExtensionValue("2.5.29.17"));
  }

  @Test
  void recordedProxyIsUnderstood() {
    HostIdentity identity = HostIdentity.of(Recorded.certificate("04-kube-server-cert.pem"));
    assertThat(identity.hostId()).isEqualTo("085a4c9b-5f1f-4397-97b1-d61adc96800b");
    assertThat(identity.cluster()).isEqualTo("tptest");
    assertThat(identity.roles()).containsExactly("Proxy");
    assertThat(identity.dnsNames()).contains("*.teleport.cluster.local", "*.localhost");
    assertThat(identity.ips()).containsExactly("127.0.0.1", "0:0:0:0:0:0:0:1");
    assertThat(identity.kubeClusters()).isEmpty();
  }

  @Test
  void kubeClustersOfAnAgentSurvive() {
    HostIdentity agent =
        new HostIdentity(
            "a1", "tptest", List.of("Kube"), List.of(), List.of(), List.of("prod", "dev"));
    assertThat(HostIdentity.of(AUTHORITY.issueHost(agent, KEY.publicKey(), START, END)))
        .isEqualTo(agent);
  }

  @Test
  void userCertificateIsNoHost() {
    assertThatThrownBy(() -> HostIdentity.of(Recorded.certificate("alice-x509.pem")))
        .isInstanceOf(PkiException.class);
  }

  @Test
  void hostNamesAreNotTakenForAddresses() {
    assertThatThrownBy(() ->
            new HostIdentity(
                "a1", "c", List.of("Kube"), List.of(), List.of("host.example"), List.of()))
        .isInstanceOf(PkiException.class);
  }
}
