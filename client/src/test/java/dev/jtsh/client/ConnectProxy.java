// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A small HTTP proxy: knows one address for all names, and asks for a password. */
final class ConnectProxy implements AutoCloseable {
  private final ServerSocket server;
  private final String password;
  private final int target;
  private final Queue<String> tunnels = new ConcurrentLinkedQueue<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /**
   * Starts one.
   *
   * @param password what must come after {@code Basic}; empty for anybody
   * @param target the port on this machine that every tunnel ends at
   */
  ConnectProxy(String password, int target) throws IOException {
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.password = password;
    this.target = target;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** The addresses that tunnels were made to. */
  Queue<String> tunnels() {
    return tunnels;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return; // Closed.
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      OutputStream out = client.getOutputStream();
      if (!password.isEmpty() && !head.contains("Proxy-Authorization: Basic " + password)) {
        answer(out, "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"r\"");
        return;
      }
      tunnels.add(head.split(" ", 3)[1]);
      try (Socket far = new Socket(InetAddress.getLoopbackAddress(), target)) {
        open.add(far);
        out.write(
            "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        Thread back = Thread.ofVirtual().start(() -> copy(far, client));
        copy(client, far);
        back.join();
      }
    } catch (IOException | InterruptedException e) {
      open.remove(client); // One side has gone.
    }
  }

  private static void answer(OutputStream out, String text) throws IOException {
    String head = "HTTP/1.1 " + text + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // Both ends go together.
      return;
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
