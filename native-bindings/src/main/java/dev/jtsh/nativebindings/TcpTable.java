// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.NativeLinker.call;
import static dev.jtsh.nativebindings.NativeLinker.link;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.AF_INET;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.AF_NETLINK;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.INET_DIAG_NOCOOKIE;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.IPPROTO_TCP;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.MSG_DONTWAIT;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.NETLINK_SOCK_DIAG;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.NLMSG_ERROR;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.NLM_F_REQUEST;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.SOCK_CLOEXEC;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.SOCK_DIAG_BY_FAMILY;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.SOCK_RAW;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.TCP_ESTABLISHED;
import static dev.jtsh.nativebindings.generated.SockDiagBindings.TCP_LISTEN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.jtsh.nativebindings.generated.LibcBindings;
import dev.jtsh.nativebindings.generated.SockDiagBindings;
import dev.jtsh.nativebindings.generated.inet_diag_msg;
import dev.jtsh.nativebindings.generated.inet_diag_req_v2;
import dev.jtsh.nativebindings.generated.inet_diag_sockid;
import dev.jtsh.nativebindings.generated.nlmsgerr;
import dev.jtsh.nativebindings.generated.nlmsghdr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The kernel's table of TCP sockets over IPv4, asked for one row at a time through sock_diag(7):
 * one hash lookup, however many connections the machine has, where reading {@code /proc/net/tcp}
 * walks them all. Thread-safe.
 *
 * <p>A question does not block: the kernel puts its answer into our socket before {@code send}
 * returns, and we take it without waiting. Only a socket of this network namespace is seen.
 */
public final class TcpTable implements AutoCloseable {
  // int socket(int domain, int type, int protocol)
  private static final NativeFunction SOCKET = link("socket", SockDiagBindings::socket$descriptor);
  // ssize_t send(int fd, const void *buf, size_t bytes, int flags)
  private static final NativeFunction SEND = link("send", SockDiagBindings::send$descriptor);
  // ssize_t recv(int fd, void *buf, size_t bytes, int flags)
  private static final NativeFunction RECV = link("recv", SockDiagBindings::recv$descriptor);

  private static final long HEADER_BYTES = nlmsghdr.layout().byteSize();
  private static final long QUESTION_BYTES = HEADER_BYTES + inet_diag_req_v2.layout().byteSize();

  /** A row with all its extensions is a few hundred bytes. */
  private static final long ANSWER_BYTES_MAX = 4096;

  /** Answers to earlier questions that were not taken: there should be none. */
  private static final int STALE_ANSWERS_MAX = 8;

  private final int fd;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment question = arena.allocate(QUESTION_BYTES, 8);
  private final MemorySegment answer = arena.allocate(ANSWER_BYTES_MAX, 8);

  @GuardedBy("this")
  private int sequence;

  @GuardedBy("this")
  private boolean closed;

  private TcpTable(int fd) {
    this.fd = fd;
  }

  /** What the kernel says about one end of a connection. */
  public sealed interface Row {}

  /**
   * The socket is there.
   *
   * @param state how far the connection is
   * @param uid the user who made the socket: not always who uses it, a descriptor can be passed on
   * @param inode 0 once no process has the socket open any more; the uid then says 0 too
   */
  public record Socket(State state, int uid, long inode) implements Row {}

  /** No such socket: gone, or of another network namespace. */
  public record NoSocket() implements Row {}

  /** The kernel did not answer. */
  public record NoAnswer(ErrnoException cause) implements Row {}

  /** The states that matter here. */
  public enum State {
    /** Both ends may send. */
    ESTABLISHED,
    /** Waits for connections. */
    LISTENING,
    /** On its way in or out. */
    OTHER
  }

  /**
   * Opens the way to the table.
   *
   * @return empty elsewhere than on Linux and where the system does not let this process ask
   */
  public static Optional<TcpTable> open() {
    if (!NativeLinker.LINUX) {
      return Optional.empty();
    }
    try {
      int domain = AF_NETLINK();
      int type = SOCK_RAW() | SOCK_CLOEXEC();
      int protocol = NETLINK_SOCK_DIAG();
      int fd =
          (int)
              call(
                  "socket for sock_diag",
                  (arena, st) -> (int) SOCKET.handle().invokeExact(st, domain, type, protocol));
      return Optional.of(new TcpTable(fd));
    } catch (ErrnoException e) {
      return Optional.empty();
    }
  }

  /**
   * The row of a socket by its own address and its peer's. A listening socket is found by its
   * address and any peer it has no connection with, so look at the state.
   *
   * @throws IllegalArgumentException if an address is not IPv4
   */
  public synchronized Row row(InetSocketAddress local, InetSocketAddress peer) {
    if (closed) {
      throw new IllegalStateException("the table is closed");
    }
    ask(local, peer);
    try {
      send();
      for (int i = 0; i < STALE_ANSWERS_MAX; i++) {
        long bytes = receive();
        if (nlmsghdr.nlmsg_seq(answer) == sequence) {
          return read(bytes);
        }
      }
      return new NoAnswer(new ErrnoException("recv of sock_diag", LibcBindings.EAGAIN()));
    } catch (ErrnoException e) {
      return new NoAnswer(e);
    }
  }

  @GuardedBy("this")
  private void ask(InetSocketAddress local, InetSocketAddress peer) {
    sequence++;
    question.fill((byte) 0);
    nlmsghdr.nlmsg_len(question, (int) QUESTION_BYTES);
    nlmsghdr.nlmsg_type(question, (short) SOCK_DIAG_BY_FAMILY());
    nlmsghdr.nlmsg_flags(question, (short) NLM_F_REQUEST());
    nlmsghdr.nlmsg_seq(question, sequence);
    MemorySegment request = question.asSlice(HEADER_BYTES);
    inet_diag_req_v2.sdiag_family(request, (byte) AF_INET());
    inet_diag_req_v2.sdiag_protocol(request, (byte) IPPROTO_TCP());
    inet_diag_req_v2.idiag_states(request, -1);
    MemorySegment id = inet_diag_req_v2.id(request);
    inet_diag_sockid.idiag_sport(id, networkOrder(local.getPort()));
    inet_diag_sockid.idiag_dport(id, networkOrder(peer.getPort()));
    copy(local.getAddress(), inet_diag_sockid.idiag_src(id));
    copy(peer.getAddress(), inet_diag_sockid.idiag_dst(id));
    // Not by the generated setter: for an array in a struct it writes to the struct's start.
    MemorySegment cookie = inet_diag_sockid.idiag_cookie(id);
    cookie.setAtIndex(JAVA_INT, 0, INET_DIAG_NOCOOKIE());
    cookie.setAtIndex(JAVA_INT, 1, INET_DIAG_NOCOOKIE());
  }

  private void send() {
    call(
        "send to sock_diag",
        (a, st) -> (long) SEND.handle().invokeExact(st, fd, question, QUESTION_BYTES, 0));
  }

  private long receive() {
    int flags = MSG_DONTWAIT();
    return call(
        "recv of sock_diag",
        (a, st) -> (long) RECV.handle().invokeExact(st, fd, answer, ANSWER_BYTES_MAX, flags));
  }

  private Row read(long bytes) {
    int type = Short.toUnsignedInt(nlmsghdr.nlmsg_type(answer));
    MemorySegment body = answer.asSlice(HEADER_BYTES);
    long bodyBytes = bytes - HEADER_BYTES;
    if (type == NLMSG_ERROR() && bodyBytes >= nlmsgerr.layout().byteSize()) {
      int errno = -nlmsgerr.error(body);
      return errno == LibcBindings.ENOENT()
          ? new NoSocket()
          : new NoAnswer(new ErrnoException("sock_diag", errno));
    }
    if (type != SOCK_DIAG_BY_FAMILY() || bodyBytes < inet_diag_msg.layout().byteSize()) {
      return new NoAnswer(new ErrnoException("sock_diag answer", LibcBindings.EINVAL()));
    }
    return new Socket(
        state(inet_diag_msg.idiag_state(body)),
        inet_diag_msg.idiag_uid(body),
        Integer.toUnsignedLong(inet_diag_msg.idiag_inode(body)));
  }

  private static State state(int state) {
    if (state == TCP_ESTABLISHED()) {
      return State.ESTABLISHED;
    }
    return state == TCP_LISTEN() ? State.LISTENING : State.OTHER;
  }

  private static short networkOrder(int port) {
    short value = (short) port;
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes(value);
  }

  private static void copy(InetAddress from, MemorySegment into) {
    if (!(from instanceof Inet4Address)) {
      throw new IllegalArgumentException("not an IPv4 address: " + from);
    }
    byte[] bytes = from.getAddress();
    MemorySegment.copy(bytes, 0, into, JAVA_BYTE, 0, bytes.length);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      FileCalls.close(fd);
      arena.close();
    }
  }
}
