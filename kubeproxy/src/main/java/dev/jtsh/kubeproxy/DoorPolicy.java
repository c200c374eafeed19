// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.nativebindings.CurrentUser;

/**
 * Who may connect to the local port at all, and how fast. Mutual TLS decides who is served; this
 * comes before it.
 *
 * @param uid whose sockets are let in
 * @param rootDoor whether root's are too
 * @param maxHandshakes connections that have not shown their certificate yet; more are closed at
 *     once, so that they never take the places of those that have
 * @param handshakesPerSecond how many may begin in a second, after a burst of twice as many; more
 *     wait in the kernel's queue
 */
public record DoorPolicy(int uid, RootDoor rootDoor, int maxHandshakes, int handshakesPerSecond) {
  /** Checks the bounds. */
  public DoorPolicy {
    if (maxHandshakes < 1 || handshakesPerSecond < 1) {
      throw new IllegalArgumentException("a bound below one lets nobody in");
    }
  }

  /** The user of this process and nobody else, at a pace no person's tools reach. */
  public static DoorPolicy ofThisUser() {
    return new DoorPolicy(CurrentUser.uid(), RootDoor.CLOSED, 256, 500);
  }

  /** The same with a door for root. */
  public DoorPolicy withRootDoor(RootDoor door) {
    return new DoorPolicy(uid, door, maxHandshakes, handshakesPerSecond);
  }

  /** The same with other bounds. */
  public DoorPolicy withBounds(int handshakes, int perSecond) {
    return new DoorPolicy(uid, rootDoor, handshakes, perSecond);
  }
}
