// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.pki.tls.TlsEngineKind;
import dev.jtsh.protocol.text.SafeText;

/** Which code speaks TLS. */
final class TlsEngineCheck implements Check {
  private final OwnProcess self;

  TlsEngineCheck(OwnProcess self) {
    this.self = self;
  }

  @Override
  public String id() {
    return "tls-engine";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("TLS engine");
  }

  @Override
  public Outcome look() {
    return self.tls() == TlsEngineKind.BORINGSSL
        ? new Outcome.Ok(
            SafeText.literal("BoringSSL (netty-tcnative)"),
            SafeText.literal("private keys sign in secret memory; session keys are out of reach"))
        : new Outcome.Warning(
            SafeText.literal("Java's own"),
            SafeText.literal("keys stay in secret memory, but TLS costs twice the time"),
            SafeText.literal("use the package for this machine: its native library is missing"));
  }
}
