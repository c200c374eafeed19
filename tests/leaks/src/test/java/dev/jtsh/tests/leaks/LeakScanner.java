// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks through one stretch of bytes (a file, a mapping of a process) that comes in pieces, for
 * runs of 8 bytes or more of some secrets. Runs over the border of two pieces are found.
 */
final class LeakScanner {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int FINDINGS_MAX = 1_000;
  private static final byte[] ZEROS = new byte[CHUNK_BYTES];

  private final RunIndex index;
  private final String place;
  private final List<Finding> findings = new ArrayList<>();
  private long at;
  private long window;
  private long inRow;
  private RunIndex.@Nullable Owner current;
  private long start;
  private long end;

  /**
   * A scanner of one stretch.
   *
   * @param place how findings name it
   * @param firstOffset of its first byte
   */
  LeakScanner(RunIndex index, String place, long firstOffset) {
    this.index = index;
    this.place = place;
    this.at = firstOffset;
  }

  /** All of a stream. */
  static List<Finding> scan(RunIndex index, String place, InputStream in) throws IOException {
    LeakScanner scanner = new LeakScanner(index, place, 0);
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int got = in.read(chunk); got >= 0; got = in.read(chunk)) {
      scanner.feed(chunk, got);
    }
    return scanner.finish();
  }

  /** The next bytes. */
  void feed(byte[] bytes, int length) {
    if (length <= ZEROS.length && Arrays.equals(bytes, 0, length, ZEROS, 0, length)) {
      window = 0; // Most of what a virtual machine has mapped was never used.
      inRow += length;
      at += length;
      return;
    }
    long last = window; // Locals: this loop sees hundreds of megabytes.
    long before = inRow;
    for (int i = 0; i < length; i++) {
      last = last << Byte.SIZE | (bytes[i] & 0xFF);
      if (index.mayHold(last) && before + i + 1 >= RunIndex.RUN_BYTES) {
        RunIndex.Owner owner = index.owner(last);
        if (owner != null) {
          found(owner, at + i + 1);
        }
      }
    }
    window = last;
    inRow += length;
    at += length;
  }

  /** Bytes were left out here: what comes next does not continue what was before. */
  void skip(long bytes) {
    at += bytes;
    inRow = 0;
  }

  /** What was found. */
  List<Finding> finish() {
    close();
    return List.copyOf(findings);
  }

  /** Runs that overlap are one finding. */
  private void found(RunIndex.Owner owner, long endOfRun) {
    if (owner.equals(current) && endOfRun == end + 1) {
      end = endOfRun;
      return;
    }
    close();
    current = owner;
    start = endOfRun - RunIndex.RUN_BYTES;
    end = endOfRun;
  }

  private void close() {
    if (current != null && end - start >= current.bytesMin() && findings.size() < FINDINGS_MAX) {
      findings.add(new Finding(current.secret(), place, start, end - start));
    }
    current = null;
  }
}
