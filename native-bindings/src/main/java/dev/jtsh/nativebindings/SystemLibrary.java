// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A library of the system. Only absolute paths that belong to the system are tried: rule 19.
 *
 * @param file where it was loaded from
 * @param symbols its functions
 */
record SystemLibrary(Path file, SymbolLookup symbols) {
  /** The first of these files that is there and can be loaded. */
  static Optional<SystemLibrary> first(List<String> places) {
    for (String place : places) {
      Path path = Path.of(place);
      if (Files.exists(path)) {
        Optional<SymbolLookup> library = NativeLinker.loadLibrary(path);
        if (library.isPresent()) {
          return Optional.of(new SystemLibrary(path, library.get()));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Where a Linux keeps a library, and further places.
   *
   * @param fileName such as {@code libcrypto.so.3}
   */
  static List<String> places(String fileName, String... further) {
    return Stream.concat(
            Stream.of(
                    "/usr/lib/" + multiarch() + "/",
                    "/lib/" + multiarch() + "/",
                    "/usr/lib64/",
                    "/lib64/",
                    "/usr/lib/",
                    "/lib/")
                .map(directory -> directory + fileName),
            Stream.of(further))
        .toList();
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
