// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.CryptoLibrary;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Which OpenSSL holds the private keys, and whether this build was searched for traces of them. */
final class OpenSslCheck implements Check {
  private final OwnProcess self;
  private final MeasuredLibraries measured;

  OpenSslCheck(OwnProcess self, MeasuredLibraries measured) {
    this.self = self;
    this.measured = measured;
  }

  @Override
  public String id() {
    return "openssl";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("OpenSSL");
  }

  @Override
  public Outcome look() {
    Optional<CryptoLibrary> library = self.crypto();
    if (library.isEmpty()) {
      return new Outcome.Fail(
          SafeText.literal("no libcrypto.so.3 in the system's folders"),
          SafeText.literal("private keys would have to live in the Java heap"),
          SafeText.literal("install OpenSSL 3"));
    }
    SafeText seen =
        SafeText.format(
            "{}, {}",
            SafeText.of(library.get().version()),
            SafeText.of(library.get().file().toString()));
    try {
      return measured.has(library.get().file())
          ? new Outcome.Ok(
              seen, SafeText.literal("this build was searched for traces of keys: none outside"))
          : new Outcome.NotMeasured(
              seen,
              SafeText.literal("whether this build leaves traces of keys was not measured"),
              SafeText.literal("see \"Where the keys are\" in docs/threat-model.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
