// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.kubernetes;

/** What kubectl upgrades an HTTP/1.1 connection to for exec, attach, cp and port-forward. */
public enum StreamProtocol {
  /** The default of kubectl since 1.31. */
  WEBSOCKET,
  /** SPDY/3.1: older clients, and the fall-back of newer ones. */
  SPDY
}
