// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request to the web port, body read whole (at most 1 MiB). A class and not a record because a
 * body may hold a password: it has no {@code toString} of its content, and it is wiped on close,
 * which the connection does when the answer is there; who has read a password may do it sooner.
 */
public final class WebRequest implements AutoCloseable {
  private final String method;
  private final String path;
  private final String query;
  private final Map<String, List<String>> headers;
  private final ByteBuf body;
  private final InetSocketAddress remote;
  private final CompletionStage<Void> closed;
  private final AtomicBoolean wiped = new AtomicBoolean();

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
    this(method, path, query, headers, Unpooled.wrappedBuffer(body), remote, closed);
  }

  /** The same with a body that is one piece of memory, handed over. */
  WebRequest(
      String method,
      String path,
      String query,
      Map<String, List<String>> headers,
      ByteBuf body,
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

  /** A copy of the body in the Java heap: for bodies that hold no password. */
  public byte[] body() {
    return ByteBufUtil.getBytes(body);
  }

  /** The body itself, native memory of a connection: not to be looked at after {@link #close}. */
  public ByteBuffer memory() {
    return body.nioBuffer();
  }

  /** Wipes the body. Closing twice does nothing. */
  @Override
  public void close() {
    if (wiped.compareAndSet(false, true)) {
      if (!body.isReadOnly()) {
        body.setZero(0, body.capacity());
      }
      body.release();
    }
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
