// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

/** A client's connection, as its event loop looks after it. */
interface FrontConnection {
  /** Closes it if no request is under way and none came for that long. */
  void closeIfIdle(long nowNanos, long idleNanos);
}
