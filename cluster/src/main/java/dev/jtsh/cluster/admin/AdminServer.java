// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on the command socket of a data directory. */
public final class AdminServer implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(AdminServer.class);
  private static final int MAX_CONNECTIONS = 16;
  private static final int BACKLOG = 16;
  private static final Duration TIME_MAX = Duration.ofSeconds(30);

  private final ServerSocketChannel listener;
  private final Path socket;
  private final UserPrincipal owner;
  private final AdminDispatcher dispatcher;
  private final Semaphore connections = new Semaphore(MAX_CONNECTIONS);
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("admin-watch").unstarted(task));

  private AdminServer(
      ServerSocketChannel listener, Path socket, UserPrincipal owner, AdminDispatcher dispatcher) {
    this.listener = listener;
    this.socket = socket;
    this.owner = owner;
    this.dispatcher = dispatcher;
  }

  /**
   * Starts to listen. The caller holds the lock of the data directory: a socket that is there was
   * left by a process that is gone.
   *
   * @throws IOException if the directory is open to others or the socket cannot be made
   */
  public static AdminServer start(Path dataDirectory, ClusterOperations cluster)
      throws IOException {
    AdminSocket.requirePrivate(dataDirectory);
    UnixDomainSocketAddress address = AdminSocket.address(dataDirectory);
    Files.deleteIfExists(address.getPath());
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(address, BACKLOG);
      Files.setPosixFilePermissions(
          address.getPath(), PosixFilePermissions.fromString("rw-------"));
      var server =
          new AdminServer(
              listener,
              address.getPath(),
              Files.getOwner(dataDirectory),
              new AdminDispatcher(cluster));
      Thread.ofVirtual().name("admin-accept").start(server::accept);
      return server;
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel channel = listener.accept();
        if (!connections.tryAcquire()) {
          channel.close();
          continue;
        }
        Thread.ofVirtual().name("admin-command").start(() -> serve(channel));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        logger.warn("the command socket cannot accept", e);
        return;
      }
    }
  }

  private void serve(SocketChannel channel) {
    var late =
        watch.schedule(() -> closeQuietly(channel), TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
    try (channel) {
      if (isOwner(channel)) {
        byte[] request = AdminSocket.readLine(channel, AdminSocket.MAX_REQUEST_BYTES);
        AdminSocket.writeLine(channel, dispatcher.answer(request));
      }
    } catch (IOException e) {
      logger.debug("a command connection failed", e);
    } finally {
      late.cancel(false);
      connections.release();
    }
  }

  /** The directory keeps others out already; this is the second lock. */
  private boolean isOwner(SocketChannel channel) throws IOException {
    UserPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    boolean allowed = peer.equals(owner) || peer.getName().equals("root");
    if (!allowed) {
      logger.warn("a command from another user was refused");
    }
    return allowed;
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      logger.debug("a late command connection does not close", e);
    }
  }

  /** Stops listening and removes the socket. */
  @Override
  public void close() throws IOException {
    watch.shutdownNow();
    listener.close();
    Files.deleteIfExists(socket);
  }
}
