// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks through the whole memory of another process, as root, for any run of 8 bytes or more of a
 * secret.
 */
final class MemoryScanner {
  private static final int RUN_BYTES = 8;
  private static final int CHUNK_BYTES = 1 << 20;

  /** A run of fewer different bytes (zeros, padding) says nothing. */
  private static final int DISTINCT_BYTES_MIN = 5;

  private final Set<Long> runs = new HashSet<>();

  /** The second half of a run in hexadecimal text, with the half before it. */
  private final Map<Long, Long> halves = new HashMap<>();

  private final long[] filter = new long[1 << 14];

  /** Adds a secret in the byte order given, and reversed. */
  MemoryScanner add(byte[] secret) {
    byte[] reversed = new byte[secret.length];
    for (int i = 0; i < secret.length; i++) {
      reversed[i] = secret[secret.length - 1 - i];
    }
    addRuns(secret);
    addRuns(reversed);
    return this;
  }

  /**
   * Adds a secret as hexadecimal text, of which a run of 8 bytes has 16 characters: half of that is
   * met by chance among the addresses that a JVM writes into its names.
   */
  MemoryScanner addHexadecimal(byte[] secret) {
    byte[] text = HexFormat.of().formatHex(secret).getBytes(US_ASCII);
    for (int i = 0; i + 2 * RUN_BYTES <= text.length; i++) {
      long second = run(text, i + RUN_BYTES);
      halves.put(second, run(text, i));
      filter[index(second)] |= 1L << (second & 63);
    }
    return this;
  }

  /** Where runs were found; with the size of what was readable, so that a scan of nothing shows. */
  record Result(long scannedBytes, List<String> findings) {}

  Result scan(long pid) throws IOException {
    List<String> findings = new ArrayList<>();
    long scanned = 0;
    Path process = Path.of("/proc/" + pid);
    try (RandomAccessFile memory = new RandomAccessFile(process.resolve("mem").toString(), "r")) {
      for (String line : Files.readAllLines(process.resolve("maps"))) {
        String[] fields = line.split("\\s+", 6);
        boolean unchangedFile = fields[1].startsWith("r-") && line.contains(" /");
        if (!fields[1].startsWith("r") || unchangedFile || line.contains(" [v")) {
          continue; // Nobody wrote there, or it is the kernel's own page.
        }
        String[] range = fields[0].split("-");
        long from = Long.parseUnsignedLong(range[0], 16);
        long to = Long.parseUnsignedLong(range[1], 16);
        scanned += scanRange(memory, from, to, line, findings);
      }
    }
    return new Result(scanned, findings);
  }

  private long scanRange(
      RandomAccessFile memory, long from, long to, String mapping, List<String> findings) {
    byte[] chunk = new byte[CHUNK_BYTES];
    long window = 0;
    long before = 0;
    int held = 0;
    long scanned = 0;
    for (long at = from; at < to; at += CHUNK_BYTES) {
      int length = (int) Math.min(CHUNK_BYTES, to - at);
      try {
        memory.seek(at);
        memory.readFully(chunk, 0, length);
      } catch (EOFException e) {
        return scanned;
      } catch (IOException e) {
        return scanned; // memfd_secret pages answer EIO, which is the point of them.
      }
      for (int i = 0; i < length; i++) {
        before = before << 8 | window >>> 56;
        window = window << 8 | (chunk[i] & 0xFF);
        held++;
        if (held >= RUN_BYTES && mayMatch(window) && isSecret(before, window)) {
          findings.add("%x in %s".formatted(at + i - RUN_BYTES + 1, mapping));
        }
      }
      scanned += length;
    }
    return scanned;
  }

  private void addRuns(byte[] secret) {
    for (int i = 0; i + RUN_BYTES <= secret.length; i++) {
      long run = run(secret, i);
      Set<Byte> distinct = new HashSet<>();
      for (int j = i; j < i + RUN_BYTES; j++) {
        distinct.add(secret[j]);
      }
      if (distinct.size() >= DISTINCT_BYTES_MIN) {
        runs.add(run);
        filter[index(run)] |= 1L << (run & 63);
      }
    }
  }

  private static long run(byte[] bytes, int from) {
    long run = 0;
    for (int i = from; i < from + RUN_BYTES; i++) {
      run = run << 8 | (bytes[i] & 0xFF);
    }
    return run;
  }

  private boolean isSecret(long before, long window) {
    return runs.contains(window) || Long.valueOf(before).equals(halves.get(window));
  }

  private boolean mayMatch(long run) {
    return (filter[index(run)] & 1L << (run & 63)) != 0;
  }

  private int index(long run) {
    return (int) (run >>> 6) & (filter.length - 1);
  }
}
