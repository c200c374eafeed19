// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A load balancer that passes TLS through and cuts every connection on which no byte has passed in
 * either direction for a while. It opens nothing: what it sees is what any box on the way sees.
 */
public final class IdleCuttingBalancer implements AutoCloseable {
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);
  private static final int BUFFER_BYTES = 1 << 16;

  private final ServerSocket front;
  private final String host;
  private final int port;
  private final Duration idleMax;
  private final Set<Passage> passages = ConcurrentHashMap.newKeySet();
  private final AtomicInteger cuts = new AtomicInteger();

  private IdleCuttingBalancer(ServerSocket front, String host, int port, Duration idleMax) {
    this.front = front;
    this.host = host;
    this.port = port;
    this.idleMax = idleMax;
  }

  /**
   * Listens on a free port of loopback.
   *
   * @param target {@code host:port} behind it
   * @param idleMax how long a connection may be silent
   */
  public static IdleCuttingBalancer start(String target, Duration idleMax) {
    int colon = target.lastIndexOf(':');
    String host = target.substring(0, colon);
    int port = Integer.parseInt(target.substring(colon + 1));
    try {
      ServerSocket front = new ServerSocket(0, 128, InetAddress.ofLiteral("127.0.0.1"));
      IdleCuttingBalancer balancer = new IdleCuttingBalancer(front, host, port, idleMax);
      Thread.ofVirtual().name("balancer front").start(balancer::accept);
      Thread.ofVirtual().name("balancer clock").start(balancer::cutIdle);
      return balancer;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a balancer", e);
    }
  }

  /** Where clients reach it, {@code localhost:PORT}. */
  public String address() {
    return "localhost:" + front.getLocalPort();
  }

  /** How many connections it has cut so far. */
  public int cuts() {
    return cuts.get();
  }

  private void accept() {
    while (!front.isClosed()) {
      try {
        Socket client = front.accept();
        Thread.ofVirtual().name("balancer passage").start(() -> pass(client));
      } catch (IOException e) {
        return; // Closed.
      }
    }
  }

  private void pass(Socket client) {
    try (client;
        Socket server = new Socket(host, port)) {
      Passage passage = new Passage(client, server);
      passages.add(passage);
      try {
        Thread back = Thread.ofVirtual().start(() -> passage.pump(server, client));
        passage.pump(client, server);
        back.join();
      } finally {
        passages.remove(passage);
      }
    } catch (IOException e) {
      return; // Nobody behind it, or one side has gone: both sockets are closed now.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void cutIdle() {
    while (!front.isClosed()) {
      long now = System.nanoTime();
      for (Passage passage : passages) {
        if (now - passage.lastByte >= idleMax.toNanos() && passage.cutOnce()) {
          cuts.incrementAndGet();
        }
      }
      try {
        Thread.sleep(LOOK_EVERY);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  @Override
  public void close() {
    try {
      front.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close a balancer", e);
    }
    passages.forEach(Passage::cut);
  }

  /** One connection through it. */
  private static final class Passage {
    private final Socket client;
    private final Socket server;
    private final AtomicBoolean wasCut = new AtomicBoolean();
    private volatile long lastByte = System.nanoTime();

    Passage(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void pump(Socket from, Socket to) {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          lastByte = System.nanoTime();
          out.write(buffer, 0, count);
        }
        to.shutdownOutput();
      } catch (IOException e) {
        cut();
      }
    }

    /** Cuts it; false if that has been done before. */
    boolean cutOnce() {
      boolean first = wasCut.compareAndSet(false, true);
      if (first) {
        cut();
      }
      return first;
    }

    void cut() {
      try (client;
          server) {
        lastByte = System.nanoTime();
      } catch (IOException e) {
        return; // It is as closed as it gets.
      }
    }
  }
}
