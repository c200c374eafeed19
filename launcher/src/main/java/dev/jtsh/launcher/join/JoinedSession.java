// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.join;

import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The joining end: a connection to a running session of the same user. It lasts until it is closed
 * or the session ends.
 */
public final class JoinedSession implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final SocketChannel channel;
  private final JoinOffer offer;
  private final Optional<SecretBuffer> kubeconfig;

  private JoinedSession(SocketChannel channel, JoinOffer offer, Optional<SecretBuffer> kubeconfig) {
    this.channel = channel;
    this.offer = offer;
    this.kubeconfig = kubeconfig;
  }

  /** The sessions that run now; sockets of dead ones are removed. */
  public static List<JoinOffer> all(JoinPlace place) throws CannotJoinException {
    List<JoinOffer> offers = new ArrayList<>();
    try {
      for (String id : place.ids()) {
        Optional<JoinedSession> found = connect(place, id, new JoinAsk(false, false));
        if (found.isPresent()) {
          try (JoinedSession session = found.get()) {
            offers.add(session.offer());
          }
        }
      }
      return offers;
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Joins one session and takes its kubeconfig.
   *
   * @param root whether root's connections shall be let in as long as this lasts
   * @return empty when it does not run any more
   * @throws CannotJoinException when it does not answer as it should
   */
  public static Optional<JoinedSession> join(JoinPlace place, String id, boolean root)
      throws CannotJoinException {
    try {
      return connect(place, id, new JoinAsk(true, root));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private static CannotJoinException unusable(IOException e) {
    return e instanceof CannotJoinException known
        ? known
        : new CannotJoinException(
            SafeText.format(
                "the session does not answer: {}", SafeText.of(String.valueOf(e.getMessage()))),
            e);
  }

  static void removeDead(JoinPlace place) throws IOException {
    for (String id : place.ids()) {
      try {
        connectOnly(place, id).ifPresent(JoinedSession::hangUp);
      } catch (IOException e) {
        // Not dead, or not ours: it stays.
      }
    }
  }

  /** Empty, and the socket removed, when nobody listens there any more. */
  private static Optional<SocketChannel> connectOnly(JoinPlace place, String id)
      throws IOException {
    Path socket = place.socket(id);
    try {
      Object type = Files.getAttribute(socket, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      if (!(type instanceof Integer mode) || (mode & 0170000) != 0140000) {
        throw new CannotJoinException(
            SafeText.format("{} in XDG_RUNTIME_DIR is no socket", SafeText.of(id)), null);
      }
      return Optional.of(SocketChannel.open(place.address(id)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (ConnectException e) {
      Files.deleteIfExists(socket);
      return Optional.empty();
    }
  }

  private static Optional<JoinedSession> connect(JoinPlace place, String id, JoinAsk ask)
      throws IOException {
    Optional<SocketChannel> connected = connectOnly(place, id);
    if (connected.isEmpty()) {
      return Optional.empty();
    }
    SocketChannel channel = connected.get();
    Thread limit = JoinWire.closeAfter(channel, LIMIT);
    Optional<SecretBuffer> kubeconfig = Optional.empty();
    boolean joined = false;
    try {
      // Before a word is said: whoever made the socket in our directory must be us (rule 15).
      if (!JoinWire.sameUser(channel, Files.getOwner(place.socket(id).getParent()))) {
        throw new CannotJoinException(
            SafeText.literal("the socket in XDG_RUNTIME_DIR is served by another user"), null);
      }
      JoinWire.write(channel, WireJson.write(ask));
      JoinOffer offer = WireJson.read(JoinWire.read(channel), JoinOffer.class);
      if (!offer.session().equals(id)) {
        throw new IOException("it says that it is another session");
      }
      if (ask.kubeconfig()) {
        kubeconfig = Optional.of(receive(channel, offer.kubeconfigBytes()));
      }
      if (ask.root()) {
        JoinWire.read(channel);
      }
      joined = true;
      return Optional.of(new JoinedSession(channel, offer, kubeconfig));
    } catch (WireException | IllegalArgumentException e) {
      throw new IOException("its answer cannot be read", e);
    } finally {
      limit.interrupt();
      if (!joined) {
        hangUp(channel);
        kubeconfig.ifPresent(SecretBuffer::close);
      }
    }
  }

  private static SecretBuffer receive(SocketChannel channel, int bytes) throws IOException {
    if (bytes == 0) {
      throw new IOException("it gives no kubeconfig");
    }
    SecretBuffer content = SecretArena.process().allocate(bytes);
    boolean complete = false;
    try {
      JoinWire.readFully(channel, content.segment().asByteBuffer());
      complete = true;
      return content;
    } finally {
      if (!complete) {
        content.close();
      }
    }
  }

  /** What the session says about itself. */
  public JoinOffer offer() {
    return offer;
  }

  /** Its kubeconfig; closed with this. */
  public SecretBuffer kubeconfig() {
    return kubeconfig.orElseThrow();
  }

  /** Runs something once the session has ended; not when this is closed before. */
  public void whenEnded(Runnable told) {
    Thread.ofVirtual()
        .name("end of the session")
        .start(() -> {
          try {
            ByteBuffer nothing = ByteBuffer.allocate(1);
            while (channel.read(nothing) >= 0) {
              nothing.clear();
            }
            told.run();
          } catch (IOException e) {
            // Closed here.
          }
        });
  }

  private static void hangUp(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }

  @Override
  public void close() {
    hangUp(channel);
    kubeconfig.ifPresent(SecretBuffer::close);
  }
}
