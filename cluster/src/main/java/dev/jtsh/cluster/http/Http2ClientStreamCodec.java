// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;

/** The asking side of one HTTP/2 stream; {@code Host} becomes {@code :authority}. */
public final class Http2ClientStreamCodec extends Http2StreamCodec {

  @Override
  HttpMessage toMessage(Http2Headers headers, boolean endOfStream) {
    HttpHeaders plain = new DefaultHttpHeaders();
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      if (!header.getKey().isEmpty() && header.getKey().charAt(0) != ':') {
        plain.add(header.getKey(), header.getValue());
      }
    }
    HttpResponseStatus status = HttpResponseStatus.parseLine(headers.status());
    return endOfStream
        ? new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER, plain, new DefaultHttpHeaders())
        : new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, plain);
  }

  @Override
  void putPseudoHeaders(HttpMessage message, Http2Headers headers) {
    HttpRequest request = (HttpRequest) message;
    headers.method(request.method().asciiName());
    if (!request.method().equals(HttpMethod.CONNECT)) {
      headers.scheme("https");
      headers.path(request.uri());
    }
    String host = request.headers().get(HttpHeaderNames.HOST);
    if (host != null) {
      headers.authority(host);
    }
  }
}
