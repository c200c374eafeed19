// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.kubeproxy.DoorReport.Refusal;
import dev.jtsh.nativebindings.TcpTable;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The second lock of the local port (security rule 35): a connection's other end must be a socket
 * that the session's user made, that is established and that somebody has open. Mutual TLS is the
 * first lock; where the kernel cannot be asked it is the only one.
 *
 * <p>It runs on the event loop at accept: a question is one system call that does not wait. The one
 * that may (the kernel loads a module for the first) is asked when the port opens.
 */
final class OwnerCheck implements AutoCloseable {
  private static final InetSocketAddress NOBODY = new InetSocketAddress("0.0.0.0", 0);

  private final DoorPolicy policy;
  private final @Nullable SocketOwners owners;

  private OwnerCheck(DoorPolicy policy, @Nullable SocketOwners owners) {
    this.policy = policy;
    this.owners = owners;
  }

  /**
   * Made once the port is open: asks for the listening socket, whose answer is known, and does
   * without the check if it is another.
   */
  static OwnerCheck start(
      DoorPolicy policy, @Nullable SocketOwners owners, InetSocketAddress listening) {
    if (owners == null) {
      return new OwnerCheck(policy, null);
    }
    if (owners.of(listening, NOBODY) instanceof TcpTable.Socket socket
        && socket.state() == TcpTable.State.LISTENING
        && socket.inode() != 0) {
      return new OwnerCheck(policy, owners);
    }
    owners.close();
    return new OwnerCheck(policy, null);
  }

  /** Whether there is a second lock at all. */
  boolean works() {
    return owners != null;
  }

  /** Why a connection must not be served; empty if nothing speaks against it. */
  Optional<Refusal> refusal(
      @Nullable InetSocketAddress client, @Nullable InetSocketAddress accepted) {
    if (owners == null) {
      return Optional.empty();
    }
    if (client == null || accepted == null) {
      return Optional.of(Refusal.GONE); // Closed before it was looked at.
    }
    return switch (owners.of(client, accepted)) {
      case TcpTable.Socket socket -> judge(socket);
      case TcpTable.NoSocket none -> Optional.of(Refusal.GONE);
      case TcpTable.NoAnswer failed -> Optional.of(Refusal.UNKNOWN_OWNER);
    };
  }

  private Optional<Refusal> judge(TcpTable.Socket socket) {
    // First: a socket nobody has open says uid 0, whoever made it.
    if (socket.state() != TcpTable.State.ESTABLISHED || socket.inode() == 0) {
      return Optional.of(Refusal.GONE);
    }
    if (socket.uid() == policy.uid()) {
      return Optional.empty();
    }
    if (socket.uid() != 0) {
      return Optional.of(Refusal.OTHER_USER);
    }
    return policy.rootDoor().open() ? Optional.empty() : Optional.of(Refusal.ROOT);
  }

  @Override
  public void close() {
    if (owners != null) {
      owners.close();
    }
  }
}
