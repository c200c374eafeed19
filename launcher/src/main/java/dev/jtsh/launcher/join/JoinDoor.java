// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.join;

import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The session's end: a socket of mode 0600 through which terminals of the same user join. Each
 * connection is a joined terminal; it ends with the session. Closing removes the socket.
 */
public final class JoinDoor implements AutoCloseable {
  private static final int CONNECTIONS_MAX = 64;
  private static final int BACKLOG = 16;
  private static final Duration ASK_LIMIT = Duration.ofSeconds(10);
  private static final long JOIN_MILLIS = 2000;

  private final JoinPlace place;
  private final Path socket;
  private final ServerSocketChannel listener;
  private final UserPrincipal owner;
  private final Supplier<JoinOffer> offer;
  private final MemorySegment kubeconfig;
  private final AtomicInteger root;
  private final Set<SocketChannel> joined = ConcurrentHashMap.newKeySet();
  private final Set<Thread> serving = ConcurrentHashMap.newKeySet();
  private final Thread accepting;
  private final Thread atExit = new Thread(this::removeSocket, "join socket");

  private JoinDoor(
      JoinPlace place,
      String id,
      Supplier<JoinOffer> offer,
      MemorySegment kubeconfig,
      AtomicInteger root)
      throws IOException {
    this.place = place;
    this.socket = place.socket(id);
    this.offer = offer;
    this.kubeconfig = kubeconfig;
    this.root = root;
    this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    Path unfinished = place.unfinished(id);
    boolean ready = false;
    try {
      listener.bind(UnixDomainSocketAddress.of(unfinished), BACKLOG);
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-------"));
      owner = Files.getOwner(unfinished);
      Files.move(unfinished, socket, StandardCopyOption.ATOMIC_MOVE);
      ready = true;
    } finally {
      if (!ready) {
        listener.close();
        Files.deleteIfExists(unfinished);
      }
    }
    Runtime.getRuntime().addShutdownHook(atExit); // A signal ends the process without close().
    this.accepting = Thread.ofVirtual().name("join").start(this::accept);
  }

  /**
   * Makes a session joinable, and removes the sockets of dead ones.
   *
   * @param id of the session
   * @param offer what to tell who joins; its length of the kubeconfig is filled in here
   * @param kubeconfig the bytes; they must stay readable until {@link #close}
   * @param root counts who wants root's connections let in now
   * @throws CannotJoinException when there is no place for a socket
   */
  public static JoinDoor open(
      Map<String, String> environment,
      String id,
      Supplier<JoinOffer> offer,
      MemorySegment kubeconfig,
      AtomicInteger root)
      throws CannotJoinException {
    JoinPlace place = JoinPlace.open(environment);
    boolean open = false;
    try {
      JoinedSession.removeDead(place);
      JoinDoor door = new JoinDoor(place, id, offer, kubeconfig, root);
      open = true;
      return door;
    } catch (IOException e) {
      throw new CannotJoinException(
          SafeText.format(
              "no socket in XDG_RUNTIME_DIR: {}", SafeText.of(String.valueOf(e.getMessage()))),
          e);
    } finally {
      if (!open) {
        place.close();
      }
    }
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel channel = listener.accept();
        if (joined.size() >= CONNECTIONS_MAX) {
          channel.close();
          continue;
        }
        joined.add(channel);
        Thread one = Thread.ofVirtual().name("joined").unstarted(() -> serve(channel));
        serving.add(one);
        one.start();
      } catch (IOException e) {
        return; // Closed, or out of descriptors: the session itself goes on.
      }
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      if (!JoinWire.sameUser(channel, owner)) {
        return;
      }
      Thread limit = JoinWire.closeAfter(channel, ASK_LIMIT);
      JoinAsk ask;
      try {
        ask = WireJson.read(JoinWire.read(channel), JoinAsk.class);
        int bytes = ask.kubeconfig() ? Math.toIntExact(kubeconfig.byteSize()) : 0;
        JoinWire.write(channel, WireJson.write(offer.get().with(bytes)));
        if (ask.kubeconfig()) {
          JoinWire.writeFully(channel, kubeconfig.asByteBuffer());
        }
      } finally {
        limit.interrupt();
      }
      stay(channel, ask.root());
    } catch (IOException | RuntimeException e) {
      // Who joins badly is hung up on; the session goes on.
    } finally {
      joined.remove(channel);
      serving.remove(Thread.currentThread());
    }
  }

  /** Until the other end, or the session, hangs up. */
  private void stay(SocketChannel channel, boolean wantsRoot) throws IOException {
    if (wantsRoot) {
      root.incrementAndGet();
    }
    try {
      if (wantsRoot) {
        JoinWire.write(channel, new byte[0]); // Said after the door is open.
      }
      ByteBuffer nothing = ByteBuffer.allocate(1);
      while (channel.read(nothing) >= 0) {
        nothing.clear();
      }
    } finally {
      if (wantsRoot) {
        root.decrementAndGet();
      }
    }
  }

  /** Hangs up on everybody and removes the socket. */
  @Override
  public void close() {
    removeSocket();
    closeQuietly(listener);
    joined.forEach(JoinDoor::closeQuietly);
    try {
      accepting.join(JOIN_MILLIS);
      joined.forEach(JoinDoor::closeQuietly); // Accepted meanwhile.
      for (Thread one : serving) {
        one.join(JOIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
      place.close();
    } catch (IllegalStateException e) {
      // The process is ending: the hook may be about to use the place.
    }
  }

  private void removeSocket() {
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      // The directory has gone, and the socket with it.
    }
  }

  private static void closeQuietly(java.nio.channels.Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }
}
