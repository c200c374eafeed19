// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where libcrypto 3 lies. Only absolute paths that belong to the system: rule 19. */
final class CryptoLibraryFile {
  private static final List<String> CANDIDATES =
      List.of(
          "/usr/lib/" + multiarch() + "/libcrypto.so.3",
          "/lib/" + multiarch() + "/libcrypto.so.3",
          "/usr/lib64/libcrypto.so.3",
          "/lib64/libcrypto.so.3",
          "/usr/lib/libcrypto.so.3",
          "/lib/libcrypto.so.3",
          "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib",
          "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib");

  private static final Optional<Loaded> LIBRARY = load();

  private CryptoLibraryFile() {}

  private record Loaded(Path file, SymbolLookup library) {}

  static boolean present() {
    return LIBRARY.isPresent();
  }

  static SymbolLookup require() {
    return loaded().library();
  }

  /** The file it was loaded from. */
  static Path path() {
    return loaded().file();
  }

  private static Loaded loaded() {
    return LIBRARY.orElseThrow(
        () -> new UnsatisfiedLinkError("no OpenSSL 3 (libcrypto.so.3) on this system"));
  }

  private static Optional<Loaded> load() {
    for (String candidate : CANDIDATES) {
      Path path = Path.of(candidate);
      if (Files.exists(path)) {
        Optional<SymbolLookup> library = NativeLinker.loadLibrary(path);
        if (library.isPresent()) {
          return Optional.of(new Loaded(path, library.get()));
        }
      }
    }
    return Optional.empty();
  }

  private static String multiarch() {
    String cpu = System.getProperty("os.arch", "");
    return switch (cpu) {
      case "amd64" -> "x86_64-linux-gnu";
      case "aarch64" -> "aarch64-linux-gnu";
      default -> cpu + "-linux-gnu";
    };
  }
}
