// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes parts in the reverse order of their start; one that fails does not keep the others. */
final class ClosingStack implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(ClosingStack.class);
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /** Adds a part that has been started. */
  synchronized <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  @Override
  public synchronized void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) { // AutoCloseable declares it; the next part must be closed anyway.
        logger.warn("a part did not close in order: {}", part.getClass().getSimpleName(), e);
      }
    }
  }
}
