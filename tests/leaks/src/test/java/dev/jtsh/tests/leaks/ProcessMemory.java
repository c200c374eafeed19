// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The memory of a running process, as root reads it through {@code /proc/PID/mem}. */
final class ProcessMemory {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int PAGE_BYTES = 4096;
  private static final Pattern MAPPING =
      Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S{4}) \\S+ \\S+ \\S+\\s*(.*)");

  private final long pid;

  ProcessMemory(long pid) {
    this.pid = pid;
  }

  /**
   * A mapping.
   *
   * @param name its file, or what the kernel calls it; empty for anonymous memory
   */
  record Mapping(long from, long to, String access, String name) {
    /** Not the kernel's own pages, nor files that are mapped shared and cannot be written to. */
    boolean readable() {
      boolean unchangedFile = access.equals("r--s") && name.startsWith("/") && !kubeconfig();
      return access.startsWith("r") && !name.startsWith("[v") && !unchangedFile;
    }

    /** Memory that nobody reads from outside: memfd_secret. */
    boolean secret() {
      return name.startsWith("/secretmem");
    }

    /** The session's kubeconfig, which root and its user can read. */
    boolean kubeconfig() {
      return name.startsWith("/memfd:");
    }

    long bytes() {
      return to - from;
    }
  }

  /**
   * What a scan saw.
   *
   * @param bytesRead how much could be read: a scan of nothing shows
   * @param findings in mappings other than kubeconfigs
   * @param inKubeconfig in memfd pages
   */
  record Scan(long bytesRead, List<Finding> findings, List<Finding> inKubeconfig) {
    Scan {
      findings = List.copyOf(findings);
      inKubeconfig = List.copyOf(inKubeconfig);
    }
  }

  /** What is mapped now. */
  List<Mapping> mappings() throws IOException {
    List<Mapping> mappings = new ArrayList<>();
    for (String line : Files.readAllLines(directory().resolve("maps"))) {
      Matcher fields = MAPPING.matcher(line);
      if (fields.matches()) {
        mappings.add(
            new Mapping(
                Long.parseUnsignedLong(fields.group(1), 16),
                Long.parseUnsignedLong(fields.group(2), 16),
                fields.group(3),
                fields.group(4)));
      }
    }
    return mappings;
  }

  /** Looks through everything that can be read. */
  Scan scan(RunIndex index) throws IOException {
    long bytes = 0;
    List<Finding> findings = new ArrayList<>();
    List<Finding> inKubeconfig = new ArrayList<>();
    try (RandomAccessFile memory = new RandomAccessFile(directory().resolve("mem").toFile(), "r")) {
      for (Mapping mapping : mappings()) {
        if (!mapping.readable()) {
          continue;
        }
        LeakScanner scanner =
            new LeakScanner(index, "memory of %d %s".formatted(pid, mapping), mapping.from());
        bytes += feed(memory, mapping, scanner);
        (mapping.kubeconfig() ? inKubeconfig : findings).addAll(scanner.finish());
      }
    }
    return new Scan(bytes, findings, inKubeconfig);
  }

  private static long feed(RandomAccessFile memory, Mapping mapping, LeakScanner scanner)
      throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    long read = 0;
    long at = mapping.from();
    while (at < mapping.to()) {
      int wanted = (int) Math.min(CHUNK_BYTES, mapping.to() - at);
      int got = 0;
      try {
        memory.seek(at);
        got = Math.max(0, memory.read(chunk, 0, wanted));
      } catch (IOException e) {
        got = 0; // EIO: pages of memfd_secret, or just unmapped.
      }
      if (got == 0) {
        scanner.skip(PAGE_BYTES);
        at += PAGE_BYTES;
      } else {
        scanner.feed(chunk, got);
        read += got;
        at += got;
      }
    }
    return read;
  }

  /** A number in kB of {@code /proc/PID/status}, such as VmRSS. */
  long statusKb(String field) throws IOException {
    for (String line : Files.readAllLines(directory().resolve("status"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IllegalStateException("no " + field + " in the status of process " + pid);
  }

  private Path directory() {
    return Path.of("/proc", Long.toString(pid));
  }
}
