// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

/** Which implementation of TLS runs. */
public enum TlsEngineKind {
  /** BoringSSL through Netty's native library. */
  BORINGSSL,
  /** Java's own, where the native library is missing. */
  JDK
}
