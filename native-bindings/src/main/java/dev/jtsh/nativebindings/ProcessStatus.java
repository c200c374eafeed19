// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The fields of {@code /proc/self/status} as they are now. */
final class ProcessStatus {
  private static final Path FILE = Path.of("/proc/self/status");
  private static final long CAP_IPC_LOCK = 1L << 14;

  private final Map<String, String> fields = new HashMap<>();

  private ProcessStatus(String text) {
    for (String line : text.split("\n")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
  }

  static ProcessStatus read() {
    return new ProcessStatus(text(FILE));
  }

  /** A file of /proc as text; it says its length only at its end. */
  static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("read " + file, e);
    }
  }

  int tracerPid() {
    return Integer.parseInt(field("TracerPid"));
  }

  /** 0 where the kernel has no seccomp. */
  int seccomp() {
    return Integer.parseInt(fields.getOrDefault("Seccomp", "0"));
  }

  long lockedBytes() {
    return Long.parseLong(field("VmLck").replace(" kB", "")) * 1024;
  }

  boolean mayLockAnyAmount() {
    return (Long.parseUnsignedLong(field("CapEff"), 16) & CAP_IPC_LOCK) != 0;
  }

  private String field(String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalStateException(FILE + " has no " + name);
    }
    return value;
  }
}
