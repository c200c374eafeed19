// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.nativebindings.TcpTable;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Who made a socket of this machine; answers at once, on any thread. */
interface SocketOwners extends AutoCloseable {
  /** What the kernel says about the socket at {@code local} that is connected to {@code peer}. */
  TcpTable.Row of(InetSocketAddress local, InetSocketAddress peer);

  @Override
  void close();

  /** The kernel's own table; {@code null} where this process may not ask. */
  static @Nullable SocketOwners ofKernel() {
    TcpTable table = TcpTable.open().orElse(null);
    if (table == null) {
      return null;
    }
    return new SocketOwners() {
      @Override
      public TcpTable.Row of(InetSocketAddress local, InetSocketAddress peer) {
        return table.row(local, peer);
      }

      @Override
      public void close() {
        table.close();
      }
    };
  }
}
