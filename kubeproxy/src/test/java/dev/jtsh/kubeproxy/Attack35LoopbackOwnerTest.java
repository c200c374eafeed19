// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.kubeproxy.DoorReport.Refusal;
import dev.jtsh.nativebindings.ErrnoException;
import dev.jtsh.nativebindings.TcpTable;
import dev.jtsh.nativebindings.TcpTable.Socket;
import dev.jtsh.nativebindings.TcpTable.State;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** Whom each answer of the kernel lets in. */
class Attack35LoopbackOwnerTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetSocketAddress PORT = new InetSocketAddress(LOOPBACK, 6443);
  private static final InetSocketAddress CLIENT = new InetSocketAddress(LOOPBACK, 40_000);
  private static final int ALICE = 1000;
  private static final DoorPolicy OF_ALICE = new DoorPolicy(ALICE, RootDoor.CLOSED, 10, 10);
  private static final DoorPolicy OF_ROOT = new DoorPolicy(0, RootDoor.CLOSED, 10, 10);

  private static final class Answers implements SocketOwners {
    private final TcpTable.Row listening;
    private final TcpTable.Row client;
    private boolean closed;

    Answers(TcpTable.Row listening, TcpTable.Row client) {
      this.listening = listening;
      this.client = client;
    }

    @Override
    public TcpTable.Row of(InetSocketAddress local, InetSocketAddress peer) {
      return local.equals(PORT) ? listening : client;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static OwnerCheck check(DoorPolicy policy, TcpTable.Row row) {
    return OwnerCheck.start(
        policy, new Answers(new Socket(State.LISTENING, policy.uid(), 7), row), PORT);
  }

  private static Socket established(int uid, long inode) {
    return new Socket(State.ESTABLISHED, uid, inode);
  }

  @Test
  void socketOfTheSessionsUserIsLetIn() {
    assertThat(check(OF_ALICE, established(ALICE, 12)).refusal(CLIENT, PORT)).isEmpty();
    assertThat(check(OF_ROOT, established(0, 12)).refusal(CLIENT, PORT)).isEmpty();
  }

  @Test
  void socketOfAnotherUserIsNot() {
    assertThat(check(OF_ALICE, established(1001, 12)).refusal(CLIENT, PORT))
        .hasValue(Refusal.OTHER_USER);
    assertThat(check(OF_ROOT, established(ALICE, 12)).refusal(CLIENT, PORT))
        .hasValue(Refusal.OTHER_USER);
  }

  @Test
  void rootIsLetInOnlyWhileTheDoorIsOpen() {
    boolean[] open = {false};
    OwnerCheck check = check(OF_ALICE.withRootDoor(() -> open[0]), established(0, 12));
    assertThat(check.refusal(CLIENT, PORT)).hasValue(Refusal.ROOT);
    open[0] = true;
    assertThat(check.refusal(CLIENT, PORT)).isEmpty();
    open[0] = false;
    assertThat(check.refusal(CLIENT, PORT)).hasValue(Refusal.ROOT);
  }

  @Test
  void socketNobodyHasOpenIsNobodysEvenWhereUidZeroIsTheUser() {
    assertThat(check(OF_ROOT, established(0, 0)).refusal(CLIENT, PORT)).hasValue(Refusal.GONE);
    assertThat(check(OF_ALICE.withRootDoor(() -> true), established(0, 0)).refusal(CLIENT, PORT))
        .hasValue(Refusal.GONE);
  }

  @Test
  void onlyAnEstablishedConnectionIsLetIn() {
    for (State state : new State[] {State.LISTENING, State.OTHER}) {
      assertThat(check(OF_ALICE, new Socket(state, ALICE, 12)).refusal(CLIENT, PORT))
          .hasValue(Refusal.GONE);
    }
    assertThat(check(OF_ROOT, new TcpTable.NoSocket()).refusal(CLIENT, PORT))
        .hasValue(Refusal.GONE);
    assertThat(check(OF_ROOT, established(0, 12)).refusal(null, PORT)).hasValue(Refusal.GONE);
  }

  @Test
  void kernelThatStopsAnsweringLetsNobodyIn() {
    assertThat(
            check(OF_ALICE, new TcpTable.NoAnswer(new ErrnoException("recv", 105)))
                .refusal(CLIENT, PORT))
        .hasValue(Refusal.UNKNOWN_OWNER);
  }

  @Test
  void kernelThatDoesNotKnowEvenOurOwnPortIsNotAsked() {
    Answers blind = new Answers(new TcpTable.NoSocket(), established(1001, 12));
    OwnerCheck check = OwnerCheck.start(OF_ALICE, blind, PORT);

    assertThat(check.works()).isFalse();
    assertThat(check.refusal(CLIENT, PORT)).isEmpty(); // Mutual TLS decides.
    assertThat(blind.closed).isTrue();
    assertThat(OwnerCheck.start(OF_ALICE, null, PORT).works()).isFalse();
  }
}
