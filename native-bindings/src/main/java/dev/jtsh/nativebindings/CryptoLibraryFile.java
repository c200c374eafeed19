// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Optional;

/** Where libcrypto 3 lies. */
final class CryptoLibraryFile {
  private static final Optional<SystemLibrary> LIBRARY =
      SystemLibrary.first(
          SystemLibrary.places(
              "libcrypto.so.3",
              "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib",
              "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib"));

  private CryptoLibraryFile() {}

  static boolean present() {
    return LIBRARY.isPresent();
  }

  static SymbolLookup require() {
    return loaded().symbols();
  }

  /** The file it was loaded from. */
  static Path path() {
    return loaded().file();
  }

  private static SystemLibrary loaded() {
    return LIBRARY.orElseThrow(
        () -> new UnsatisfiedLinkError("no OpenSSL 3 (libcrypto.so.3) on this system"));
  }
}
