// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import static dev.jtsh.pki.tls.TlsFixture.connect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.pki.KeyKind;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Security rule 8: a user with a role named {@code Proxy} tries to pass for a proxy, and a host for
 * a user. The subjects of the two authorities differ in a number only.
 */
class Attack08UserAsHostTest {
  private static final TlsFixture PKI = new TlsFixture();

  @AfterAll
  static void close() {
    PKI.close();
  }

  @ParameterizedTest
  @EnumSource(TlsEngineKind.class)
  void userWithAHostsRoleIsNoHost(TlsEngineKind kind) {
    TlsIdentity mallory = PKI.user(KeyKind.P256, "Proxy", "Auth", "Kube");
    assertThat(accepted(kind, mallory, PKI.hostAnchors())).isFalse();
    assertThat(accepted(kind, mallory, PKI.userAnchors())).isTrue();
  }

  @ParameterizedTest
  @EnumSource(TlsEngineKind.class)
  void hostIsNoUser(TlsEngineKind kind) {
    TlsIdentity agent = PKI.host(KeyKind.P256, "Kube");
    assertThat(accepted(kind, agent, PKI.userAnchors())).isFalse();
    assertThat(accepted(kind, agent, PKI.hostAnchors())).isTrue();
  }

  private static boolean accepted(TlsEngineKind kind, TlsIdentity peer, TrustAnchors believed) {
    SslContext server =
        TlsContexts.server(
            kind,
            PKI.host(KeyKind.P256, "Auth", "localhost"),
            ClientAuthentication.REQUIRED,
            believed,
            List.of());
    SslContext client = TlsContexts.client(kind, peer, PKI.hostAnchors(), List.of());
    try (TlsPair pair = connect(client, server)) {
      return pair.connected();
    }
  }
}
