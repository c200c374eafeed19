// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * One request to the web port, body read whole (at most 1 MiB). A class and not a record because a
 * body may hold a password: it has no {@code toString} of its content.
 */
public final class WebRequest {
  private final String method;
  private final String path;
  private final String query;
  private final Map<String, List<String>> headers;
  private final byte[] body;
  private final InetSocketAddress remote;
  private final CompletionStage<Void> closed;

  /**
   * @param method upper case, as sent
   * @param path the path exactly as sent, percent-encoding kept, beginning with {@code /}
   * @param query what follows the first {@code ?}, percent-encoding kept; empty without one
   * @param headers values by name, in the order sent; names are found in any case
   * @param body the body; handed over, not copied
   * @param remote the caller's address
   * @param closed completes when the connection or stream has gone before the answer
   */
  public WebRequest(
      String method,
      String path,
      String query,
      Map<String, List<String>> headers,
      byte[] body,
      InetSocketAddress remote,
      CompletionStage<Void> closed) {
    this.method = method;
    this.path = path;
    this.query = query;
    Map<String, List<String>> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach((name, values) -> byName.put(name, List.copyOf(values)));
    this.headers = byName;
    this.body = body;
    this.remote = remote;
    this.closed = closed;
  }

  /** The method, as sent ({@code GET}). */
  public String method() {
    return method;
  }

  /** The path as sent, percent-encoding kept. */
  public String path() {
    return path;
  }

  /** The query as sent, without {@code ?}; empty if there is none. */
  public String query() {
    return query;
  }

  /** Every value of each header; look-up ignores the case of the name. */
  public Map<String, List<String>> headers() {
    return headers;
  }

  /** The first value of a header, if it was sent. */
  public Optional<String> header(String name) {
    List<String> values = headers.getOrDefault(name, List.of());
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
  }

  /** The body itself, not a copy: whoever reads a password out of it may wipe it. */
  public byte[] body() {
    return body;
  }

  /** The caller's address as the proxy saw it. */
  public InetSocketAddress remote() {
    return remote;
  }

  /** Completes when the caller hangs up before it had its answer. */
  public CompletionStage<Void> closed() {
    return closed;
  }

  @Override
  public String toString() {
    return method + " " + path;
  }
}
