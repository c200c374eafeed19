// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.protocol.kube.KubeClusterName;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalCredentialsTest {
  private static final KubeClusterName PROD = new KubeClusterName("prod");
  private static final KubeClusterName TEST = new KubeClusterName("test");
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private static LocalCredentials create() {
    return LocalCredentials.create(List.of(PROD, TEST), NOW, NOW.plusSeconds(3600));
  }

  @Test
  void clientCertificateNamesTheKubeClusterAndNothingElse() {
    try (LocalCredentials credentials = create()) {
      X509Certificate certificate = credentials.client(PROD);

      assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=prod");
      assertThat(certificate.getNotAfter().toInstant()).isEqualTo(NOW.plusSeconds(3600));
      assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
      FrontCertificate read = FrontCertificate.of(certificate, credentials.kubeClusters());
      assertThat(read.kubeCluster()).isEqualTo("prod");
    }
  }

  @Test
  void serverCertificateIsForTheAddressSoThatNoClientNeedsAServerName() throws Exception {
    try (LocalCredentials credentials = create()) {
      assertThat(credentials.server().leaf().getSubjectAlternativeNames())
          .extracting(name -> String.valueOf(name.get(1)))
          .containsExactlyInAnyOrder("127.0.0.1", "localhost");
    }
  }

  @Test
  void twoStartsHaveNoKeyCertificateOrSerialInCommon() {
    try (LocalCredentials one = create();
        LocalCredentials other = create()) {
      List<X509Certificate> all = new ArrayList<>();
      for (LocalCredentials credentials : List.of(one, other)) {
        all.add(credentials.authority());
        all.add(credentials.server().leaf());
        all.add(credentials.client(PROD));
        all.add(credentials.client(TEST));
      }
      List<BigInteger> serials = all.stream().map(X509Certificate::getSerialNumber).toList();
      assertThat(serials).doesNotHaveDuplicates();
      // The two clients of one start share their key: six keys in all.
      assertThat(all.stream().map(X509Certificate::getPublicKey).distinct()).hasSize(6);
      assertThat(one.clientKeyPem().segment().toArray(ValueLayout.JAVA_BYTE))
          .isNotEqualTo(other.clientKeyPem().segment().toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @Test
  void keyIsGoneAfterClose() {
    LocalCredentials credentials = create();
    credentials.close();

    assertThatThrownBy(() -> credentials.clientKeyPem().segment().get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void certificateOfAnUnknownKubeClusterIsRefused() {
    try (LocalCredentials credentials = create()) {
      assertThatThrownBy(
              () -> FrontCertificate.of(credentials.client(TEST), java.util.Set.of("prod")))
          .isInstanceOf(BadMessageException.class);
    }
  }
}
