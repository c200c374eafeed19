// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which headers cross a hop. A request's block is built from {@link #REQUEST_HEADERS}, never by
 * deleting from what the client sent (security rule 4); an answer's loses what belongs to one
 * connection only and what is ours between proxy and agent.
 */
public final class HeaderRules {
  /** Our own headers between proxy and agent begin so; they never cross any other hop. */
  public static final String OWN_PREFIX = "jtsh-";

  /** What a Kubernetes client may say to its API server, in lower case. */
  static final Set<String> REQUEST_HEADERS =
      Set.of(
          "accept",
          "accept-encoding",
          "content-encoding",
          "content-length",
          "content-type",
          "if-match",
          "if-modified-since",
          "if-none-match",
          "if-unmodified-since",
          "kubectl-command",
          "kubectl-session",
          "range",
          "traceparent",
          "tracestate",
          "user-agent");

  /** What is added to these when the request asks for an upgrade. */
  static final Set<String> UPGRADE_HEADERS =
      Set.of(
          "sec-websocket-extensions",
          "sec-websocket-key",
          "sec-websocket-protocol",
          "sec-websocket-version",
          "x-stream-protocol-version");

  private static final Set<String> CONNECTION_SPECIFIC =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private HeaderRules() {}

  /**
   * A new block with what a client may say, each value as sent.
   *
   * @param upgrade whether the handshake headers of an upgrade belong to it; it has no body then
   */
  public static HttpHeaders requestHeaders(HttpHeaders client, boolean upgrade) {
    HttpHeaders allowed = new DefaultHttpHeaders();
    for (var header : client) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      boolean ordinary =
          REQUEST_HEADERS.contains(name) && !(upgrade && name.startsWith("content-"));
      if (ordinary || (upgrade && UPGRADE_HEADERS.contains(name))) {
        allowed.add(name, header.getValue());
      }
    }
    return allowed;
  }

  /** What of an answer's headers or trailers crosses a hop. */
  public static HttpHeaders responseHeaders(HttpHeaders upstream) {
    List<String> named = connectionNames(upstream);
    HttpHeaders allowed = new DefaultHttpHeaders();
    for (var header : upstream) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!CONNECTION_SPECIFIC.contains(name)
          && !named.contains(name)
          && !name.startsWith(OWN_PREFIX)) {
        allowed.add(header.getKey(), header.getValue());
      }
    }
    return allowed;
  }

  /** Names that {@code Connection} declares to belong to this connection, in lower case. */
  private static List<String> connectionNames(HttpHeaders headers) {
    List<String> names = new ArrayList<>();
    for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (String name : value.split(",", -1)) {
        names.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }

  static boolean isConnectionSpecific(String lowerCaseName) {
    return CONNECTION_SPECIFIC.contains(lowerCaseName);
  }

  static boolean isInformational(HttpMessage message) {
    return message instanceof HttpResponse response
        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }

  /** Whether a header value holds anything below SP but HTAB, or DEL. */
  static boolean hasControlCharacter(CharSequence value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        return true;
      }
    }
    return false;
  }

  static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c ->
                (c >= '0' && c <= '9')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || c == '-'
                    || c == '_');
  }
}
