// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import java.time.Duration;
import java.util.List;

/**
 * What the command socket needs of a running cluster. Refusals are {@link
 * dev.jtsh.protocol.error.WireException}s whose message the operator reads. May block.
 */
public interface ClusterOperations {
  /** How it is. */
  StatusReport status();

  /** Adds a user who signs up with the invite. */
  Invite addUser(String name, List<String> roles);

  /** A new invite for a user who is there. */
  Invite inviteUser(String name);

  /** All users by name. */
  List<Listing.User> users();

  /** Removes a user. */
  void removeUser(String name);

  /** Makes or replaces a role. */
  void putRole(Role role);

  /** All roles by name. */
  List<Role> roles();

  /** Removes a role that nobody holds. */
  void removeRole(String name);

  /** Keeps somebody out. */
  Listing.Lock addLock(Lock.Kind kind, String name, String message, Duration ttl);

  /** The locks in force. */
  List<Listing.Lock> locks();

  /** Takes a lock away. */
  void removeLock(String id);

  /** Lets one kube agent join. */
  JoinToken addKubeToken(List<String> kubeClusters, boolean second, Duration ttl);

  /** Waiting join tokens. */
  List<Listing.Token> tokens();

  /** Takes a join token back. */
  void removeToken(String id);
}
