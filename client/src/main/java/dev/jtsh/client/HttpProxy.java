// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * An HTTP proxy that connections go through by {@code CONNECT}. A class and not a record because
 * its URL may hold a password, which came in an environment variable: it is in no text made here.
 */
public final class HttpProxy {
  private static final int PORT_UNLESS_TOLD = 80;

  private final String host;
  private final int port;
  private final String authorization;

  private HttpProxy(String host, int port, String authorization) {
    this.host = host;
    this.port = port;
    this.authorization = authorization;
  }

  /**
   * Reads {@code http://[user[:password]@]host[:port]}; the scheme may be missing.
   *
   * @throws IllegalArgumentException with a message that repeats nothing of the text
   */
  static HttpProxy parse(String text) {
    try {
      URI uri = new URI(text.contains("://") ? text : "http://" + text);
      if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
        throw unusable();
      }
      String user = uri.getRawUserInfo();
      return new HttpProxy(
          unbracketed(uri.getHost()),
          uri.getPort() < 0 ? PORT_UNLESS_TOLD : uri.getPort(),
          user == null ? "" : basic(user));
    } catch (URISyntaxException e) {
      throw unusable(); // Its message would hold the password.
    }
  }

  private static IllegalArgumentException unusable() {
    return new IllegalArgumentException(
        "HTTPS_PROXY must be http://[user:password@]host:port; other kinds are not supported");
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static String basic(String userInfo) {
    int colon = userInfo.indexOf(':');
    String user = decoded(colon < 0 ? userInfo : userInfo.substring(0, colon));
    String password = colon < 0 ? "" : decoded(userInfo.substring(colon + 1));
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Its name or address, without brackets. */
  public String host() {
    return host;
  }

  /** Its port. */
  public int port() {
    return port;
  }

  boolean hasCredentials() {
    return !authorization.isEmpty();
  }

  /** User and password as the web client wants them; user first. */
  String[] credentials() {
    byte[] both = Base64.getDecoder().decode(authorization.substring("Basic ".length()));
    return new String(both, StandardCharsets.UTF_8).split(":", 2);
  }

  /** The request for a tunnel. */
  byte[] connect(ProxyAddress to) {
    StringBuilder head = new StringBuilder();
    head.append("CONNECT ").append(to.hostPort()).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(to.hostPort()).append("\r\n");
    if (hasCredentials()) {
      head.append("Proxy-Authorization: ").append(authorization).append("\r\n");
    }
    head.append("\r\n");
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
