// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jtsh.nativebindings.TcpTable.NoSocket;
import dev.jtsh.nativebindings.TcpTable.State;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
@Timeout(60)
class TcpTableIT {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private TcpTable table;
  private ServerSocket listener;
  private Socket client;
  private Socket accepted;

  @BeforeEach
  void connect() throws Exception {
    Optional<TcpTable> opened = TcpTable.open();
    assumeTrue(opened.isPresent(), "this system does not let us ask");
    table = opened.get();
    listener = new ServerSocket(0, 50, LOOPBACK);
    // Java's sockets are those of IPv6 with a mapped address: the table must find them too.
    client = new Socket(LOOPBACK, listener.getLocalPort());
    accepted = listener.accept();
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    accepted.close();
    listener.close();
    table.close();
  }

  private static InetSocketAddress local(Socket socket) {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private TcpTable.Socket rowOf(Socket socket) {
    return (TcpTable.Socket)
        table.row(local(socket), (InetSocketAddress) socket.getRemoteSocketAddress());
  }

  @Test
  void connectionOfOursIsEstablishedAndOurs() throws Exception {
    TcpTable.Socket row = rowOf(client);

    assertThat(row.state()).isEqualTo(State.ESTABLISHED);
    assertThat(row.uid()).isEqualTo(CurrentUser.uid());
    assertThat(openInodes()).contains(row.inode());
    assertThat(rowOf(accepted).inode()).isNotEqualTo(row.inode());
  }

  @Test
  void portWithoutAConnectionIsTheListener() {
    InetSocketAddress port = (InetSocketAddress) listener.getLocalSocketAddress();

    assertThat(table.row(port, new InetSocketAddress(LOOPBACK, 1)))
        .isInstanceOfSatisfying(
            TcpTable.Socket.class, row -> assertThat(row.state()).isEqualTo(State.LISTENING));
  }

  @Test
  void socketThatIsNotThereIsNotThere() {
    assertThat(table.row(new InetSocketAddress(LOOPBACK, 1), new InetSocketAddress(LOOPBACK, 2)))
        .isEqualTo(new NoSocket());
  }

  @Test
  void socketNobodyHasOpenHasNoInodeAndSaysRoot() throws Exception {
    InetSocketAddress from = local(client);
    InetSocketAddress to = (InetSocketAddress) client.getRemoteSocketAddress();
    client.close();

    assertThat(table.row(from, to))
        .isInstanceOfSatisfying(
            TcpTable.Socket.class,
            row -> {
              assertThat(row.state()).isEqualTo(State.OTHER);
              assertThat(row.inode()).isZero();
              assertThat(row.uid()).isZero();
            });
  }

  @Test
  void manyThreadsGetTheirOwnAnswers() throws Exception {
    long ofClient = rowOf(client).inode();
    long ofAccepted = rowOf(accepted).inode();
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        boolean client = t % 2 == 0;
        Callable<Boolean> asking =
            () -> {
              for (int i = 0; i < 2000; i++) {
                long inode = rowOf(client ? this.client : accepted).inode();
                if (inode != (client ? ofClient : ofAccepted)) {
                  return false;
                }
              }
              return true;
            };
        results.add(threads.submit(asking));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  @Test
  void otherAddressesAreRefused() {
    InetSocketAddress v6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 1);
    assertThatThrownBy(() -> table.row(v6, v6)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closedTableIsNotAsked() {
    table.close();
    assertThatThrownBy(() -> rowOf(client)).isInstanceOf(IllegalStateException.class);
  }

  private static List<Long> openInodes() throws Exception {
    List<Long> inodes = new ArrayList<>();
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        if (Files.isSymbolicLink(descriptor) && Files.exists(descriptor)) {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(Long.parseLong(target.substring(8, target.length() - 1)));
          }
        }
      }
    }
    return inodes;
  }
}
