// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Bounds how many requests of one user run at once: one user must not fill the tunnels. */
final class RequestCounter {
  private static final int PER_USER_MAX = 600;

  private final Map<String, Integer> running = new ConcurrentHashMap<>();

  /** Counts one more; false, and nothing counted, where that is too many. */
  boolean enter(String user) {
    if (running.merge(user, 1, Integer::sum) > PER_USER_MAX) {
      leave(user);
      return false;
    }
    return true;
  }

  void leave(String user) {
    running.computeIfPresent(user, (name, count) -> count > 1 ? count - 1 : null);
  }
}
