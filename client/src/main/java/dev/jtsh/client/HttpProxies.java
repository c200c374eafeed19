// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which addresses are reached through an HTTP proxy: {@code HTTPS_PROXY} and {@code NO_PROXY}, in
 * capitals or not, read as Go's programs read them (tsh, kubectl). Nothing on this machine is ever
 * reached through one.
 */
final class HttpProxies {
  private final Optional<HttpProxy> proxy;
  private final List<Direct> exceptions;
  private final boolean never;

  private HttpProxies(Optional<HttpProxy> proxy, List<Direct> exceptions, boolean never) {
    this.proxy = proxy;
    this.exceptions = exceptions;
    this.never = never;
  }

  /**
   * Reads the variables.
   *
   * @throws IllegalArgumentException with a message for the user if the proxy's URL is unusable
   */
  static HttpProxies of(Map<String, String> environment) {
    String url = either(environment, "HTTPS_PROXY");
    List<Direct> exceptions = new ArrayList<>();
    boolean never = false;
    for (String item : either(environment, "NO_PROXY").split(",", -1)) {
      String phrase = item.strip().toLowerCase(Locale.ROOT);
      if (phrase.equals("*")) {
        never = true;
      } else if (!phrase.isEmpty()) {
        exceptions.add(exception(phrase));
      }
    }
    return new HttpProxies(
        url.isEmpty() ? Optional.empty() : Optional.of(HttpProxy.parse(url)),
        List.copyOf(exceptions),
        never);
  }

  private static String either(Map<String, String> environment, String name) {
    String capitals = environment.getOrDefault(name, "").strip();
    return capitals.isEmpty()
        ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "").strip()
        : capitals;
  }

  /** The proxy for an address; empty to go there directly. */
  Optional<HttpProxy> forAddress(String host, int port) {
    String name = host.toLowerCase(Locale.ROOT);
    byte[] address = literal(name);
    if (proxy.isEmpty() || never || isThisMachine(name, address)) {
      return Optional.empty();
    }
    boolean direct = exceptions.stream().anyMatch(one -> one.covers(name, address, port));
    return direct ? Optional.empty() : proxy;
  }

  private static boolean isThisMachine(String name, byte[] address) {
    if (name.equals("localhost")) {
      return true;
    }
    return (address.length == 4 && address[0] == 127)
        || (address.length == 16 && Arrays.equals(address, literal("::1")));
  }

  /** The bytes of an address; none for a name. Asks nobody. */
  private static byte[] literal(String text) {
    try {
      return InetAddress.ofLiteral(text).getAddress();
    } catch (IllegalArgumentException name) {
      return new byte[0];
    }
  }

  private interface Direct {
    boolean covers(String name, byte[] address, int port);
  }

  private static Direct exception(String phrase) {
    int slash = phrase.indexOf('/');
    if (slash >= 0) {
      byte[] network = literal(phrase.substring(0, slash));
      String bits = phrase.substring(slash + 1);
      if (network.length > 0 && bits.matches("[0-9]{1,3}")) {
        int length = Integer.parseInt(bits);
        return (name, address, port) ->
            address.length == network.length && samePrefix(address, network, length);
      }
    }
    return hostException(phrase);
  }

  private static boolean samePrefix(byte[] a, byte[] b, int bits) {
    if (bits > a.length * 8) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int shift = 7 - i % 8;
      if (((a[i / 8] ^ b[i / 8]) >> shift & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  private static Direct hostException(String phrase) {
    String host = phrase;
    int port = 0;
    int colon = phrase.lastIndexOf(':');
    boolean hasPort =
        colon > 0
            && phrase.substring(colon + 1).matches("[0-9]{1,5}")
            && (phrase.indexOf(':') == colon || phrase.charAt(colon - 1) == ']');
    if (hasPort) {
      port = Integer.parseInt(phrase.substring(colon + 1));
      host = phrase.substring(0, colon);
    }
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    byte[] wanted = literal(host);
    int only = port;
    if (wanted.length > 0) {
      return (name, address, at) -> (only == 0 || only == at) && Arrays.equals(wanted, address);
    }
    String suffix = host.startsWith("*.") ? host.substring(1) : host;
    boolean itself = !suffix.startsWith(".");
    String ending = itself ? "." + suffix : suffix;
    String whole = ending.substring(1);
    return (name, address, at) ->
        (only == 0 || only == at) && (name.endsWith(ending) || (itself && name.equals(whole)));
  }
}
