// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import dev.jtsh.pki.channel.WebSocketPipe;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A request to turn a web connection into a pipe for another TLS connection: the way for clients
 * behind a load balancer that ends TLS and so eats protocol names (teleport-wire §5.6, and -newer
 * §e). As a WebSocket with the sub-protocol {@code alpn}, or in the older form without frames.
 */
final class ConnectionUpgrade {
  private static final String PATH = "/webapi/connectionupgrade";
  private static final String OWN_HEADER = "X-Teleport-Upgrade";
  private static final String WEBSOCKET = "websocket";
  private static final String ALPN = "alpn";
  private static final String VERSION = "13";

  /** What the client wants signed as a WebSocket server does; empty for the form without frames. */
  private final String webSocketKey;

  private ConnectionUpgrade(String webSocketKey) {
    this.webSocketKey = webSocketKey;
  }

  static boolean isAsked(HttpRequest request) {
    String uri = request.uri();
    int question = uri.indexOf('?');
    return PATH.equals(question < 0 ? uri : uri.substring(0, question));
  }

  /** Empty if no known form is asked for, or not rightly. */
  static Optional<ConnectionUpgrade> of(HttpRequest request) {
    HttpHeaders headers = request.headers();
    List<String> forms = values(headers, OWN_HEADER);
    forms.addAll(values(headers, HttpHeaderNames.UPGRADE.toString()));
    if (!request.method().equals(HttpMethod.GET)
        || !values(headers, HttpHeaderNames.CONNECTION.toString()).contains("upgrade")) {
      return Optional.empty();
    }
    if (forms.contains(WEBSOCKET)) {
      String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
      boolean right =
          isKey(key)
              && VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION, ""))
              && values(headers, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL.toString()).contains(ALPN);
      return right ? Optional.of(new ConnectionUpgrade(key)) : Optional.empty();
    }
    return forms.contains(ALPN) ? Optional.of(new ConnectionUpgrade("")) : Optional.empty();
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static List<String> values(HttpHeaders headers, String name) {
    List<String> values = new ArrayList<>();
    for (String line : headers.getAll(name)) {
      for (String value : line.split(",", -1)) {
        values.add(value.strip().toLowerCase(Locale.ROOT));
      }
    }
    return values;
  }

  /** The 101. */
  HttpResponse answer() {
    var answer =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    HttpHeaders headers = answer.headers();
    headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    if (webSocketKey.isEmpty()) {
      headers.set(HttpHeaderNames.UPGRADE, ALPN).set(OWN_HEADER, ALPN);
    } else {
      headers
          .set(HttpHeaderNames.UPGRADE, WEBSOCKET)
          .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, WebSocketPipe.accept(webSocketKey))
          .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, ALPN);
    }
    return answer;
  }

  /** Adds what takes the frames off, where there are any. */
  void frame(ChannelPipeline pipeline) {
    if (!webSocketKey.isEmpty()) {
      WebSocketPipe.ofServer(pipeline);
    }
  }
}
