// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@link Network} says of HTTP proxies, as Java's web client asks it. */
final class WebProxies extends ProxySelector {
  /** Java keeps passwords back from tunnels unless this is set before its first web client. */
  private static final String DISABLED_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

  private static final int HTTPS_PORT = 443;

  private final Network network;

  WebProxies(Network network) {
    this.network = network;
    if (System.getProperty(DISABLED_SCHEMES) == null) {
      System.setProperty(DISABLED_SCHEMES, "");
    }
  }

  @Override
  public List<Proxy> select(URI uri) {
    return proxy(uri)
        .map(one ->
            List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(one.host(), one.port()))))
        .orElse(List.of(Proxy.NO_PROXY));
  }

  private Optional<HttpProxy> proxy(URI uri) {
    String host = uri.getHost();
    if (host == null) {
      return Optional.empty();
    }
    String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return network.httpProxy(name, uri.getPort() < 0 ? HTTPS_PORT : uri.getPort());
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // The call fails with the same cause; there is no other proxy to try.
  }

  /** Answers to proxies only, never to the cluster itself. */
  Authenticator authenticator() {
    return new Authenticator() {
      @Override
      protected @Nullable PasswordAuthentication getPasswordAuthentication() {
        if (getRequestorType() != RequestorType.PROXY || getRequestingURL() == null) {
          return null;
        }
        Optional<HttpProxy> proxy = proxy(URI.create(getRequestingURL().toString()));
        if (proxy.isEmpty() || !proxy.get().hasCredentials()) {
          return null;
        }
        String[] both = proxy.get().credentials();
        return new PasswordAuthentication(both[0], both[1].toCharArray());
      }
    };
  }
}
