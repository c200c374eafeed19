// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.security.PublicKey;

/** Where the private half of a {@link HeldKey} lives. */
interface KeyBacking extends AutoCloseable {
  PublicKey publicKey();

  byte[] sign(SignatureScheme scheme, byte[] message);

  @Override
  void close();
}
