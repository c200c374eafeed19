// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.CryptoLibrary;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which code is in the address space of the process that holds keys: Java's, jtsh's own, the C
 * library's and OpenSSL from its place, and nothing else.
 */
final class ForeignLibrariesCheck implements Check {
  /** The C library and what Java links to; name service modules come by the system's choice. */
  private static final Pattern SYSTEM =
      Pattern.compile(
          "(ld-linux.*|ld-musl.*|libc|libm|libdl|libpthread|librt|libresolv|libgcc_s|libstdc\\+\\+"
              + "|libz|libnss_.*)[.-].*");

  private static final List<String> SYSTEM_FOLDERS =
      List.of("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/");

  private final Machine machine;
  private final OwnProcess self;
  private final List<Path> own;

  /**
   * Looks at the running process.
   *
   * @param own folders whose code belongs to the program: Java's and jtsh's
   */
  ForeignLibrariesCheck(Machine machine, OwnProcess self, List<Path> own) {
    this.machine = machine;
    this.self = self;
    this.own = List.copyOf(own);
  }

  @Override
  public String id() {
    return "libraries";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("foreign libraries");
  }

  @Override
  public Outcome look() {
    Optional<CryptoLibrary> crypto = self.crypto(); // Loads what a session loads.
    self.tls();
    List<String> maps = machine.lines("/proc/self/maps");
    if (maps.isEmpty()) {
      return new Outcome.NotMeasured(
          SafeText.literal("the list of loaded code cannot be read"),
          SafeText.literal("foreign code in jtsh could read keys"));
    }
    TreeSet<String> code = new TreeSet<>();
    for (String line : maps) {
      String[] fields = line.split("\\s+", 6);
      if (fields.length == 6 && fields[1].contains("x") && fields[5].startsWith("/")) {
        code.add(fields[5]);
      }
    }
    List<String> foreign = code.stream().filter(file -> !belongs(file, crypto)).toList();
    return foreign.isEmpty()
        ? new Outcome.Ok(
            SafeText.format("none among {} files of code", Count.of(code.size())),
            SafeText.literal("only Java, jtsh, the C library and OpenSSL are loaded"))
        : new Outcome.Warning(
            shown(foreign),
            SafeText.literal("code that jtsh did not ask for can read what jtsh holds"),
            SafeText.literal(
                "look at LD_PRELOAD, /etc/ld.so.preload and the name service modules"));
  }

  /** The first by its path: one is enough to look for the rest. */
  private static SafeText shown(List<String> foreign) {
    SafeText first = SafeText.of(foreign.getFirst());
    return foreign.size() == 1
        ? first
        : SafeText.format("{} and {} more", first, Count.of(foreign.size() - 1));
  }

  private boolean belongs(String file, Optional<CryptoLibrary> crypto) {
    Path path = Path.of(file);
    if (own.stream().anyMatch(path::startsWith)) {
      return true;
    }
    String name = String.valueOf(path.getFileName());
    if (name.startsWith("libcrypto.")) {
      // The kernel names the file behind links, such as /usr/lib for /lib.
      return crypto
          .map(CryptoLibrary::file)
          .map(ForeignLibrariesCheck::real)
          .orElse(path)
          .equals(real(path));
    }
    return SYSTEM.matcher(name).matches()
        && SYSTEM_FOLDERS.stream().anyMatch(file::startsWith)
        && !file.endsWith(" (deleted)");
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path;
    }
  }
}
