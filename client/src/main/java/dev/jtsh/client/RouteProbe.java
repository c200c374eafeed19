// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.net.ServiceNames;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Whether protocol names (ALPN) reach the proxy, or a load balancer before it ends TLS itself and
 * eats them (teleport-wire §5.6). The proxy's certificate is verified as always.
 */
public final class RouteProbe {
  private static final int HEAD_BYTES_MAX = 16 * 1024;
  private static final String HEAD_END = "\r\n\r\n";
  private static final Duration TIME_MAX = Duration.ofSeconds(5);

  private final WebTrust trust;
  private final Optional<HttpProxy> httpProxy;

  /** A probe that believes what a {@link WebClient} believes. */
  public RouteProbe(WebTrust trust) {
    this(trust, Optional.empty());
  }

  /** The same through an HTTP proxy. */
  public RouteProbe(WebTrust trust, Optional<HttpProxy> httpProxy) {
    this.trust = trust;
    this.httpProxy = httpProxy;
  }

  /** What was found out. */
  public sealed interface Route {}

  /** Names arrive: TLS goes through to the proxy. */
  public record Direct() implements Route {}

  /**
   * Names do not arrive: connections would have to be upgraded inside HTTPS.
   *
   * @param answer what the other end did instead
   */
  public record Balanced(SafeText answer) implements Route {}

  /**
   * Nothing was learned.
   *
   * @param cause why
   */
  public record Unknown(SafeText cause) implements Route {}

  /** Connects once, offers the one name and hangs up; at most five seconds for each step. */
  public Route to(ProxyAddress proxy) {
    int millis = (int) TIME_MAX.toMillis();
    try (Socket plain = new Socket()) {
      plain.setSoTimeout(millis);
      connect(plain, proxy, millis);
      try (SSLSocket socket =
          (SSLSocket)
              trust
                  .sslContext()
                  .getSocketFactory()
                  .createSocket(plain, proxy.host(), proxy.port(), /* autoClose= */ true)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(new String[] {ServiceNames.REVERSE_TUNNEL});
        if (isName(proxy.host())) {
          parameters.setServerNames(List.of(new SNIHostName(proxy.host())));
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        String chosen = socket.getApplicationProtocol();
        return ServiceNames.REVERSE_TUNNEL.equals(chosen)
            ? new Direct()
            : new Balanced(SafeText.literal("the connection ends before the proxy"));
      }
    } catch (SSLException e) {
      return refusesNames(e)
          ? new Balanced(SafeText.literal("protocol names are refused"))
          : new Unknown(SafeText.of(message(e)));
    } catch (IOException e) {
      return new Unknown(SafeText.of(message(e)));
    }
  }

  private void connect(Socket plain, ProxyAddress proxy, int millis) throws IOException {
    if (httpProxy.isEmpty()) {
      plain.connect(new InetSocketAddress(proxy.host(), proxy.port()), millis);
      return;
    }
    HttpProxy through = httpProxy.get();
    plain.connect(new InetSocketAddress(through.host(), through.port()), millis);
    plain.getOutputStream().write(through.connect(proxy));
    // Byte by byte: what comes behind the head belongs to TLS.
    StringBuilder head = new StringBuilder();
    while (head.indexOf(HEAD_END) < 0) {
      int next = plain.getInputStream().read();
      if (next < 0 || head.length() > HEAD_BYTES_MAX) {
        throw new IOException("the HTTP proxy gave no answer");
      }
      head.append((char) next);
    }
    if (!answered(head.substring(0, head.length() - HEAD_END.length())).success()) {
      throw new IOException("the HTTP proxy refused the way to " + proxy);
    }
  }

  private static AnswerHead answered(String head) throws IOException {
    try {
      return AnswerHead.parse(head);
    } catch (IllegalArgumentException e) {
      throw new IOException("what answers is no HTTP proxy", e);
    }
  }

  private static boolean refusesNames(SSLException e) {
    String message = message(e).toLowerCase(Locale.ROOT);
    return message.contains("no_application_protocol")
        || message.contains("invalid application protocol")
        || message.contains("no application protocol");
  }

  static boolean isName(String host) {
    return !host.contains(":") && host.chars().anyMatch(Character::isLetter);
  }

  private static String message(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
