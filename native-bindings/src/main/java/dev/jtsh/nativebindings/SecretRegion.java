// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/** One mapping of a {@link SecretArena} and which parts of it are free. Guarded by the arena. */
final class SecretRegion {
  private final SecretMemory.Mapping mapping;

  /** Free pieces, offset to length, never two neighbours. */
  private final TreeMap<Integer, Integer> free = new TreeMap<>();

  SecretRegion(SecretMemory.Mapping mapping) {
    this.mapping = mapping;
    free.put(0, capacity());
  }

  int capacity() {
    return (int) mapping.segment().byteSize();
  }

  boolean empty() {
    return free.getOrDefault(0, 0) == capacity();
  }

  /** The offset of a piece of this length, which is taken; −1 when none is large enough. */
  int take(int length) {
    int offset = firstFit(length);
    if (offset >= 0) {
      int available = requireNonNull(free.remove(offset));
      if (available > length) {
        free.put(offset + length, available - length);
      }
    }
    return offset;
  }

  private int firstFit(int length) {
    for (Map.Entry<Integer, Integer> piece : free.entrySet()) {
      if (piece.getValue() >= length) {
        return piece.getKey();
      }
    }
    return -1;
  }

  /** Takes a piece back and joins it with free neighbours. */
  void giveBack(int offset, int length) {
    int start = offset;
    int end = offset + length;
    Map.Entry<Integer, Integer> before = free.lowerEntry(start);
    if (before != null && before.getKey() + before.getValue() == start) {
      start = before.getKey();
    }
    if (free.containsKey(end)) {
      end += requireNonNull(free.remove(end));
    }
    free.put(start, end - start);
  }

  MemorySegment slice(int offset, int bytes) {
    return mapping.segment().asSlice(offset, bytes);
  }

  void wipe() {
    mapping.segment().fill((byte) 0);
  }

  void unmap() {
    wipe();
    SecretMemory.unmap(mapping);
  }
}
