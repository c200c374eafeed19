// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A host and a port, as {@code host:port}, {@code 127.0.0.1:3080} or {@code [::1]:3080}.
 *
 * @param host name or address, without brackets
 * @param port 0 to 65535; 0 stands for any free port
 */
public record HostPort(String host, int port) {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9-]+)*");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  /** Checks both. */
  public HostPort {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port is a number from 0 to 65535");
    }
    if (!isAddress(host) && (!NAME.matcher(host).matches() || host.length() > 253)) {
      throw new IllegalArgumentException("write host:port, such as proxy.example.com:443");
    }
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if it is another
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0 || !PORT.matcher(text.substring(colon + 1)).matches()) {
      throw new IllegalArgumentException("write host:port, such as proxy.example.com:443");
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.indexOf(':') >= 0 && !bracketed) {
      throw new IllegalArgumentException("write an IPv6 address in brackets, such as [::1]:3080");
    }
    return new HostPort(
        bracketed ? host.substring(1, host.length() - 1) : host,
        Integer.parseInt(text.substring(colon + 1)));
  }

  /** Whether the host is an IP address. */
  public boolean hasAddress() {
    return isAddress(host);
  }

  /** Whether only this machine can reach it. */
  public boolean isLoopback() {
    return hasAddress()
        ? InetAddress.ofLiteral(host).isLoopbackAddress()
        : host.equals("localhost") || host.endsWith(".localhost");
  }

  /** The same host with another port. */
  public HostPort withPort(int other) {
    return new HostPort(host, other);
  }

  private static boolean isAddress(String host) {
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The text form. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
