// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The web address of a cluster's proxy as the user named it. What the proxy says about itself never
 * changes it: WebAuthn's origin and the approval link are made from this value.
 *
 * @param host DNS name or IP address, lower case, without brackets
 * @param port 1 to 65535
 */
public record ProxyAddress(String host, int port) {
  /** Ports tried in this order when the user gave none. */
  private static final List<Integer> USUAL_PORTS = List.of(443, 3080);

  private static final int HTTPS_PORT = 443;
  private static final int HOST_LENGTH_MAX = 253;
  private static final Pattern FORM =
      Pattern.compile(
          "(?:https://)?(?:\\[(?<v6>[0-9a-fA-F:.]+)]|(?<host>[A-Za-z0-9](?:[A-Za-z0-9._-]*)))"
              + "(?::(?<port>[0-9]{1,5}))?/?");

  /** Checks host and port. */
  public ProxyAddress {
    if (host.isEmpty() || host.length() > HOST_LENGTH_MAX) {
      throw new IllegalArgumentException("a proxy's host name has 1 to 253 characters");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a proxy's port is 1 to 65535, not " + port);
    }
  }

  /**
   * The addresses that {@code text} may mean: itself if it has a port, else one for each usual
   * port.
   *
   * @param text {@code host}, {@code host:port} or {@code https://host[:port]}; ASCII only
   * @throws IllegalArgumentException with a message for the user when it is none of these
   */
  public static List<ProxyAddress> candidates(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "proxy address must be host or host:port in plain ASCII (a name in other letters in its"
              + " xn-- form)");
    }
    String v6 = matcher.group("v6");
    String host = (v6 != null ? v6 : matcher.group("host")).toLowerCase(Locale.ROOT);
    String port = matcher.group("port");
    if (port != null) {
      return List.of(new ProxyAddress(host, Integer.parseInt(port)));
    }
    return USUAL_PORTS.stream().map(usual -> new ProxyAddress(host, usual)).toList();
  }

  /** The one address of a text with a port; without one, the first usual port. */
  public static ProxyAddress parse(String text) {
    return candidates(text).getFirst();
  }

  /** {@code host:port}, an IPv6 address in brackets. */
  public String hostPort() {
    return urlHost() + ":" + port;
  }

  /** The web origin as a browser writes it: the port is left out when it is 443. */
  public String origin() {
    return "https://" + urlHost() + (port == HTTPS_PORT ? "" : ":" + port);
  }

  /** {@code https://host:port} followed by {@code path}, which begins with a slash. */
  public URI resolve(String path) {
    return URI.create("https://" + hostPort() + path);
  }

  @Override
  public String toString() {
    return hostPort();
  }

  private String urlHost() {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }
}
