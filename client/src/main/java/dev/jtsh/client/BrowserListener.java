// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.SealedLogin;
import dev.jtsh.protocol.web.SshLoginResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the browser of a login comes back to (teleport-wire §2.5): a port of this machine only, for
 * one login. Other programs and web pages of this machine can reach it too: certificates are taken
 * only when they are sealed with the key that nobody but the cluster was told.
 */
final class BrowserListener implements AutoCloseable {
  private static final Duration REQUEST_TIME = Duration.ofSeconds(10);
  private static final int HEAD_BYTES_MAX = 128 * 1024;
  private static final int AT_ONCE_MAX = 16;
  private static final String PARAMETER_OF_ANSWER = "response=";
  private static final String PARAMETER_OF_FAILURE = "err=";

  private final ServerSocket socket;
  private final byte[] key = new byte[SealedLogin.KEY_BYTES];
  private final String shortPath = "/" + UUID.randomUUID();
  private final String messages;
  private final Semaphore atOnce = new Semaphore(AT_ONCE_MAX);
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>(AT_ONCE_MAX);
  private final Thread acceptor;
  private volatile @Nullable URI provider;

  /** How the browser came back. */
  sealed interface Outcome {}

  /** With certificates. */
  record Granted(SshLoginResponse login) implements Outcome {}

  /** With the cluster's words for why there are none. */
  record Failed(SafeText words) implements Outcome {}

  /** Listens from now on; the end of the login is shown on pages of {@code proxy}. */
  BrowserListener(ProxyAddress proxy, SecureRandom random) throws IOException {
    random.nextBytes(key);
    this.messages = "https://" + proxy.hostPort() + "/web/msg/";
    this.socket = new ServerSocket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), AT_ONCE_MAX);
    this.acceptor = Thread.ofVirtual().name("browser-listener").start(this::accept);
  }

  /** What the cluster sends the browser back to. */
  String redirectUrl() {
    return origin() + "/callback?secret_key=" + HexFormat.of().formatHex(key);
  }

  /** The short link for the person, which leads to {@code place}. */
  String linkTo(URI place) {
    provider = place;
    return origin() + shortPath;
  }

  /** How the browser came back; empty when it did not in time. */
  Optional<Outcome> await(Duration time) throws InterruptedException {
    return Optional.ofNullable(outcomes.poll(time.toMillis(), TimeUnit.MILLISECONDS));
  }

  private String origin() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket peer = socket.accept();
        if (!atOnce.tryAcquire()) {
          peer.close();
          continue;
        }
        Thread.ofVirtual().name("browser").start(() -> serve(peer));
      } catch (IOException e) {
        // Closed, or a connection that was gone before it began: the loop's condition decides.
      }
    }
  }

  private void serve(Socket peer) {
    try (peer) {
      peer.setSoTimeout((int) REQUEST_TIME.toMillis());
      String location = answer(head(peer.getInputStream()));
      String status = location.isEmpty() ? "404 Not Found" : "302 Found";
      String more = location.isEmpty() ? "" : "Location: " + location + "\r\n";
      peer.getOutputStream()
          .write(
              ("HTTP/1.1 "
                      + status
                      + "\r\n"
                      + more
                      + "Content-Length: 0\r\nCache-Control: no-store\r\n"
                      + "Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n")
                  .getBytes(US_ASCII));
    } catch (IOException e) {
      // A browser that hangs up has nothing to be told.
    } finally {
      atOnce.release();
    }
  }

  /** Request line and headers; empty when they are too long or never end. */
  private static String head(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    int last = 0;
    int b;
    while ((b = in.read()) >= 0 && head.size() < HEAD_BYTES_MAX) {
      head.write(b);
      last = last << 8 | b;
      if (last == 0x0D0A0D0A) {
        return head.toString(US_ASCII);
      }
    }
    return "";
  }

  /** Where the browser goes next; empty for what is not ours. */
  private String answer(String head) {
    String[] line = head.split("\r\n", 2)[0].split(" ", -1);
    if (line.length != 3 || !line[0].equals("GET") || !isForUs(head)) {
      return "";
    }
    URI place = provider;
    if (line[1].equals(shortPath) && place != null) {
      return place.toASCIIString();
    }
    return line[1].startsWith("/callback?")
        ? cameBack(line[1].substring("/callback?".length()))
        : "";
  }

  /** A page that made a name of its own point here sends that name (DNS rebinding). */
  private boolean isForUs(String head) {
    String host = "\r\nhost: 127.0.0.1:" + socket.getLocalPort() + "\r\n";
    return head.toLowerCase(java.util.Locale.ROOT).contains(host);
  }

  private String cameBack(String query) {
    for (String parameter : query.split("&", -1)) {
      try {
        if (parameter.startsWith(PARAMETER_OF_ANSWER)) {
          outcomes.offer(new Granted(open(value(parameter, PARAMETER_OF_ANSWER))));
          return messages + "info/login_success";
        }
        if (parameter.startsWith(PARAMETER_OF_FAILURE)) {
          outcomes.offer(new Failed(SafeText.of(value(parameter, PARAMETER_OF_FAILURE))));
          return messages + "error/login";
        }
      } catch (WireException | IllegalArgumentException e) {
        return messages + "error/login/callback"; // Not for us: whoever sent it, we go on waiting.
      }
    }
    return "";
  }

  private SshLoginResponse open(String response) {
    byte[] plain = WireJson.read(response.getBytes(UTF_8), SealedLogin.class).open(key);
    return WireJson.read(plain, SshLoginResponse.class);
  }

  private static String value(String parameter, String name) {
    return URLDecoder.decode(parameter.substring(name.length()), UTF_8);
  }

  @Override
  public void close() {
    Arrays.fill(key, (byte) 0);
    try {
      socket.close();
      acceptor.join(Duration.ofSeconds(5));
    } catch (IOException e) {
      // Closing is all that was left to do.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
