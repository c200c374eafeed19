// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import dev.jtsh.nativebindings.SecretBuffer;
import java.security.PublicKey;

/** Where the private half of a {@link HeldKey} lives. */
sealed interface KeyBacking extends AutoCloseable permits NativeKeyBacking, JdkKeyBacking {
  PublicKey publicKey();

  byte[] sign(SignatureScheme scheme, byte[] message);

  SecretBuffer privateKeyPem();

  @Override
  void close();
}
