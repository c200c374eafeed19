// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The OpenSSL that holds the private keys.
 *
 * @param file where it was loaded from, an absolute path
 * @param version such as {@code 3.0.15}
 */
public record CryptoLibrary(Path file, String version) {
  /** The one of this process, loaded now if it was not; empty if the system has none. */
  public static Optional<CryptoLibrary> ofThisProcess() {
    return CryptoLibraryFile.present()
        ? Optional.of(new CryptoLibrary(CryptoLibraryFile.path(), LibCrypto.version()))
        : Optional.empty();
  }
}
