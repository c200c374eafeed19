// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.UserIdentity;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldIdentityTest {
  private static final TlsFixture PKI = new TlsFixture();

  @Test
  void theChainIsInTheArenaUntilTheIdentityIsClosed() throws Exception {
    long before = SecretArena.process().used();
    HeldKey key = HeldKey.generate(KeyKind.P256);
    List<X509Certificate> chain = chainFor(key);
    int bytes = chain.getFirst().getEncoded().length + chain.getLast().getEncoded().length;

    TlsIdentity identity = TlsIdentity.held(key, chain);
    assertThat(SecretArena.process().used() - before).isBetween((long) bytes, bytes + 16L);
    assertThat(identity.chain()).isEqualTo(chain);
    assertThat(identity.leaf()).isEqualTo(chain.getFirst());

    identity.close();
    assertThat((long) SecretArena.process().used()).isEqualTo(before);
    assertThatThrownBy(identity::chain).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theCertificateOfAnotherKeyTakesNoRoom() {
    long before = SecretArena.process().used();
    try (HeldKey key = HeldKey.generate(KeyKind.P256);
        HeldKey other = HeldKey.generate(KeyKind.P256)) {
      List<X509Certificate> chain = chainFor(other);
      assertThatThrownBy(() -> TlsIdentity.held(key, chain)).isInstanceOf(PkiException.class);
    }
    assertThat((long) SecretArena.process().used()).isEqualTo(before);
  }

  @Test
  void thereIsRoomForFiveHundredKubeClusters() {
    List<TlsIdentity> identities = new ArrayList<>();
    try (HeldKey key = HeldKey.generate(KeyKind.P256)) {
      List<X509Certificate> chain = chainFor(key);
      for (int i = 0; i < 500; i++) {
        identities.add(TlsIdentity.held(key, chain));
      }
      assertThat(identities.getLast().chain()).isEqualTo(chain);
      assertThat(SecretArena.process().state().locked()).isTrue();
    } finally {
      identities.forEach(TlsIdentity::close);
    }
  }

  private static List<X509Certificate> chainFor(HeldKey key) {
    return List.of(
        PKI.users.issueUser(
            UserIdentity.builder("alice").roles(List.of("access")).build(),
            key.publicKey(),
            PKI.start,
            PKI.end),
        PKI.users.certificate());
  }
}
