// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.Password;
import java.lang.foreign.MemorySegment;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/**
 * A JSON body with a password in it, put together in the arena: the rest of the JSON is written
 * with a {@link #PLACEHOLDER}, and the password takes its place byte by byte. The HTTP client reads
 * it from the arena; from there on it is in TLS's hands.
 */
final class PasswordBody implements AutoCloseable {
  /** Control characters: JSON always writes them in one way, and nobody is called like that. */
  private static final String PLACE = "\u0001password\u0001";

  /** Stands in a request for the password. */
  static final Password PLACEHOLDER = Password.copyOf(PLACE.toCharArray());

  private static final byte[] WRITTEN = "\\u0001password\\u0001".getBytes(US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

  /** The longest form of one byte: {@code \}{@code u001f}. */
  private static final int ESCAPED_BYTES_MAX = 6;

  private final SecretBuffer body;
  private final int length;

  private PasswordBody(SecretBuffer body, int length) {
    this.body = body;
    this.length = length;
  }

  /**
   * Writes a request.
   *
   * @param request holds {@link #PLACEHOLDER} once
   * @param password UTF-8, stays the caller's
   */
  static PasswordBody of(Object request, SecretBuffer password) {
    byte[] json = WireJson.write(request);
    int place = indexOf(json, 0);
    if (place < 0 || indexOf(json, place + 1) >= 0) {
      throw new IllegalArgumentException("the request needs one place for the password");
    }
    int rest = place + WRITTEN.length;
    SecretBuffer body =
        SecretArena.process().allocate(json.length + ESCAPED_BYTES_MAX * password.size());
    MemorySegment out = body.segment();
    MemorySegment.copy(json, 0, out, JAVA_BYTE, 0, place);
    long at = escape(password.segment(), out, place);
    MemorySegment.copy(json, rest, out, JAVA_BYTE, at, json.length - rest);
    return new PasswordBody(body, (int) at + json.length - rest);
  }

  /** What the HTTP client sends; to be subscribed to once, and before {@link #close}. */
  HttpRequest.BodyPublisher publisher() {
    return new Publisher(content());
  }

  /** The bytes, readable until {@link #close}. */
  ByteBuffer content() {
    return body.segment().asSlice(0, length).asByteBuffer().asReadOnlyBuffer();
  }

  /** Wipes the body. */
  @Override
  public void close() {
    body.close();
  }

  /** RFC 8259 §7: quotation mark, backslash and control characters; UTF-8 stays as it is. */
  private static long escape(MemorySegment password, MemorySegment out, long from) {
    long at = from;
    for (long i = 0; i < password.byteSize(); i++) {
      byte one = password.get(JAVA_BYTE, i);
      if (one == '"' || one == '\\') {
        out.set(JAVA_BYTE, at++, (byte) '\\');
        out.set(JAVA_BYTE, at++, one);
      } else if (one >= 0 && one < ' ') {
        MemorySegment.copy(WRITTEN, 0, out, JAVA_BYTE, at, 4); // A backslash and u00.
        out.set(JAVA_BYTE, at + 4, HEX[one >> 4]);
        out.set(JAVA_BYTE, at + 5, HEX[one & 15]);
        at += ESCAPED_BYTES_MAX;
      } else {
        out.set(JAVA_BYTE, at++, one);
      }
    }
    return at;
  }

  private static int indexOf(byte[] json, int from) {
    for (int i = from; i <= json.length - WRITTEN.length; i++) {
      if (java.util.Arrays.equals(json, i, i + WRITTEN.length, WRITTEN, 0, WRITTEN.length)) {
        return i;
      }
    }
    return -1;
  }

  /** Hands on one buffer; the library's own publishers copy into the Java heap. */
  private record Publisher(ByteBuffer content) implements HttpRequest.BodyPublisher {
    @Override
    public long contentLength() {
      return content.remaining();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      subscriber.onSubscribe(
          new Flow.Subscription() {
            private boolean done;

            @Override
            public synchronized void request(long wanted) {
              if (!done && wanted > 0) {
                done = true;
                subscriber.onNext(content.duplicate());
                subscriber.onComplete();
              }
            }

            @Override
            public synchronized void cancel() {
              done = true;
            }
          });
    }
  }
}
