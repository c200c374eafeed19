// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answering side of one HTTP/2 stream. Values with control characters fail the request: over
 * HTTP/1.1 they could become another one (security rules 4 and 29).
 */
public final class Http2ServerStreamCodec extends Http2StreamCodec {

  @Override
  HttpMessage toMessage(Http2Headers headers, boolean endOfStream) {
    HttpHeaders plain = new DefaultHttpHeaders();
    String fault = null;
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      CharSequence name = header.getKey();
      if (HeaderRules.hasControlCharacter(header.getValue())) {
        fault = "a header value holds a control character";
      } else if (!name.isEmpty() && name.charAt(0) != ':') {
        if (HeaderRules.isConnectionSpecific(name.toString()) && !isTrailersOnly(header)) {
          fault = "HTTP/2 has no connection headers";
        } else {
          fault = add(plain, name, header.getValue()) ? fault : "a header is malformed";
        }
      }
    }
    String method = text(headers.method());
    String path = headers.path() == null ? "" : text(headers.path());
    if (headers.authority() != null && !HeaderRules.hasControlCharacter(headers.authority())) {
      plain.set(HttpHeaderNames.HOST, headers.authority());
    }
    if (!HeaderRules.isToken(method)) {
      method = "INVALID";
      fault = "the method is malformed";
    }
    HttpRequest request = request(HttpMethod.valueOf(method), path, plain, endOfStream);
    if (fault != null) {
      request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(fault)));
    }
    return request;
  }

  private static HttpRequest request(
      HttpMethod method, String path, HttpHeaders headers, boolean endOfStream) {
    if (!endOfStream) {
      return new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, path, headers);
    }
    return new DefaultFullHttpRequest(
        HttpVersion.HTTP_1_1,
        method,
        path,
        Unpooled.EMPTY_BUFFER,
        headers,
        new DefaultHttpHeaders());
  }

  /** {@code te: trailers} is the one TE that HTTP/2 allows. */
  private static boolean isTrailersOnly(Map.Entry<CharSequence, CharSequence> header) {
    return header.getKey().toString().equals("te")
        && header.getValue().toString().equals("trailers");
  }

  private static boolean add(HttpHeaders headers, CharSequence name, CharSequence value) {
    try {
      headers.add(name, value);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String text(@Nullable CharSequence value) {
    return value == null ? "" : value.toString();
  }

  @Override
  void putPseudoHeaders(HttpMessage message, Http2Headers headers) {
    headers.status(((HttpResponse) message).status().codeAsText());
  }
}
