// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

/**
 * Whether root may use the port of a session that is not root's. It is closed unless the person
 * opened it for one command, for example {@code jtsh exec -- sudo kubectl}. Root can take the key
 * all the same: the door keeps accidents out, and cron jobs with an old variable.
 */
@FunctionalInterface
public interface RootDoor {
  /** Never open. */
  RootDoor CLOSED = () -> false;

  /** Asked at each connection of root, on an event loop: answer at once. */
  boolean open();
}
